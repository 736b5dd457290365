//! Kubeconfigs: clusters, users and contexts that overlap from file to file, with slips in them.

use serde_json::{Map, Value, json};

use crate::generate::{NAMES, Random, SERVERS};

/// [`crate::generate::PEM`] as a kubeconfig has it.
pub const BASE64_PEM: &str = include_str!("authority.base64");

impl Random {
    pub fn kubeconfig(&mut self) -> String {
        match self.below(80) {
            0 => return String::new(),
            1 => return "# nothing\n".to_owned(),
            2 => return "a: [".to_owned(),
            3 => return "- a\n".to_owned(),
            _ => {}
        }
        let mut document = Map::new();
        for (key, value, rate) in [
            ("kind", "Config", 4),
            ("apiVersion", "v1", 4),
            ("kind", "Kubeconfig", 150),
            ("apiVersion", "v2", 150),
        ] {
            if self.one_in(rate) {
                document.insert(key.to_owned(), json!(value));
            }
        }
        let (clusters, users, contexts) = (
            self.list("cluster", Self::cluster),
            self.list("user", Self::user),
            self.list("context", Self::context),
        );
        document.extend([("clusters".to_owned(), clusters), ("users".to_owned(), users)]);
        document.insert("contexts".to_owned(), contexts);
        if !self.one_in(4) {
            document.insert(
                "current-context".to_owned(),
                json!(self.pick(&["a", "a", "a", "b", "c", "", "gone"])),
            );
        }
        let mut text = self.written(&Value::Object(document));
        match self.below(60) {
            0 => text.push_str("---\nnot: [closed\n"),
            1 => text.push_str("current-context: b\n"),
            2 => text.insert_str(0, "# first\n---\n"),
            3 => text.insert(0, '\u{feff}'),
            4 => text = text.replace('\n', "\r\n"),
            _ => {}
        }
        text
    }

    fn list(&mut self, what: &str, one: fn(&mut Self) -> Map<String, Value>) -> Value {
        let mut names = vec!["a", "b", "c", ""];
        names.truncate(self.pick(&[0, 1, 2, 2, 3, 3, 4]));
        if self.one_in(60) && !names.is_empty() {
            names.push("a");
        }
        let items = names.into_iter().map(|name| json!({"name": name, what: one(self)}));
        Value::Array(items.collect())
    }

    fn cluster(&mut self) -> Map<String, Value> {
        let server = self.pick(SERVERS);
        let mut cluster = Map::new();
        self.maybe(&mut cluster, 20, 19, "server", &[json!(server)]);
        self.maybe(
            &mut cluster,
            6,
            1,
            "certificate-authority",
            &[
                json!("ca.crt"),
                json!("sub/../ca.crt"),
                json!("/var/run/work/sub/ca.crt"),
                json!("gone.crt"),
                json!(""),
            ],
        );
        self.maybe(
            &mut cluster,
            6,
            1,
            "certificate-authority-data",
            &[
                json!(BASE64_PEM),
                json!(BASE64_PEM),
                json!("bm9uZQ=="),
                json!("bm9\nuZQ=="),
                json!(""),
                json!("***"),
            ],
        );
        self.maybe(&mut cluster, 8, 1, "insecure-skip-tls-verify", &[json!(true), json!(false)]);
        self.maybe(&mut cluster, 8, 1, "tls-server-name", &[json!("name"), json!("")]);
        self.maybe(
            &mut cluster,
            14,
            1,
            "proxy-url",
            &[
                json!("http://p:1"),
                json!("socks5://u:w%40x@p:1"),
                json!("socks5h://p"),
                json!("p"),
                json!(""),
            ],
        );
        self.maybe(&mut cluster, 14, 1, "disable-compression", &[json!(true)]);
        self.maybe(&mut cluster, 10, 1, "extensions", &[
            json!([{"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x", "level": 3, "on": true}}]),
            json!([{"name": "other", "extension": null}]),
        ]);
        self.slip(&mut cluster);
        cluster
    }

    fn context(&mut self) -> Map<String, Value> {
        let (cluster, user) = (self.pick(NAMES), self.pick(NAMES));
        let mut context = Map::new();
        self.maybe(&mut context, 20, 19, "cluster", &[json!(cluster)]);
        self.maybe(&mut context, 20, 19, "user", &[json!(user)]);
        self.maybe(&mut context, 3, 1, "namespace", &[json!("web"), json!("default"), json!("")]);
        self.slip(&mut context);
        context
    }

    /// Adds one of the values, `chances` times in `count`.
    pub fn maybe(
        &mut self,
        map: &mut Map<String, Value>,
        count: usize,
        chances: usize,
        key: &str,
        values: &[Value],
    ) {
        if self.below(count) < chances {
            let value = values[self.below(values.len())].clone();
            map.insert(key.to_owned(), value);
        }
    }

    /// Once in a while, a field of another type.
    pub fn slip(&mut self, map: &mut Map<String, Value>) {
        let keys: Vec<String> = map.keys().cloned().collect();
        if !keys.is_empty() && self.one_in(120) {
            let wrong =
                [json!(12), json!(true), json!([]), json!({}), json!("text"), json!(null), json!(1.5)];
            map.insert(keys[self.below(keys.len())].clone(), wrong[self.below(wrong.len())].clone());
        }
        if self.one_in(30) {
            map.insert("unknown".to_owned(), json!({"a": [1, 2]}));
        }
    }
}
