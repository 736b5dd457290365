//! Users: each way to authenticate, alone and in combinations that are refused.

use serde_json::{Map, Value, json};

use crate::{documents::BASE64_PEM, generate::Random};

impl Random {
    pub fn user(&mut self) -> Map<String, Value> {
        let mut user = Map::new();
        match self.below(10) {
            0..3 => drop(user.insert(
                "token".to_owned(),
                json!(self.pick(&["in-place", "in-place", "in-place", "tab\tok", "line\nbreak", ""])),
            )),
            3 => drop(user.insert(
                "tokenFile".to_owned(),
                json!(self.pick(&["token", "../work/token", "token", "gone"])),
            )),
            4 => user.extend([
                ("username".to_owned(), json!("u")),
                ("password".to_owned(), json!(self.pick(&["p", "p", ""]))),
            ]),
            5 => drop(user.insert("exec".to_owned(), self.exec())),
            6 => drop(user.insert("auth-provider".to_owned(), self.auth_provider())),
            _ => {}
        }
        self.maybe(&mut user, 25, 1, "token", &[json!("second")]);
        self.maybe(&mut user, 25, 1, "tokenFile", &[json!("token")]);
        self.maybe(&mut user, 30, 1, "username", &[json!("v")]);
        self.maybe(
            &mut user,
            40,
            1,
            "exec",
            &[json!({"command": "x", "apiVersion": "client.authentication.k8s.io/v1beta1"})],
        );
        if self.one_in(4) {
            for (name, file, data) in [("client-certificate", "u.crt", 3), ("client-key", "u.key", 2)] {
                let is_data = self.one_in(data);
                self.maybe(
                    &mut user,
                    12,
                    11,
                    &format!("{name}{}", if is_data { "-data" } else { "" }),
                    &[json!(if is_data { BASE64_PEM } else { file })],
                );
                self.maybe(&mut user, 15, 1, &format!("{name}-data"), &[json!("UEVN")]);
            }
        }
        if self.one_in(6) {
            self.maybe(&mut user, 8, 7, "as", &[json!("impersonated"), json!("")]);
            self.maybe(&mut user, 3, 1, "as-uid", &[json!("7")]);
            self.maybe(&mut user, 3, 1, "as-groups", &[json!(["x", "y"]), json!([])]);
            self.maybe(
                &mut user,
                3,
                1,
                "as-user-extra",
                &[json!({"Scope": ["q"], "12": ["r", null]}), json!({"scope": ["s"]})],
            );
        }
        self.slip(&mut user);
        user
    }

    fn exec(&mut self) -> Value {
        let mut exec = Map::new();
        self.maybe(&mut exec, 20, 19, "command", &[json!("plugin"), json!("./bin/plugin"), json!("/bin/x")]);
        self.maybe(
            &mut exec,
            20,
            19,
            "apiVersion",
            &["v1", "v1beta1", "v1beta1", "v1alpha1"]
                .map(|version| json!(format!("client.authentication.k8s.io/{version}"))),
        );
        self.maybe(&mut exec, 2, 1, "args", &[json!(["get", "token"]), json!(null)]);
        self.maybe(&mut exec, 3, 1, "env", &[json!([{"name": "A", "value": "b"}]), json!([{"value": "b"}])]);
        self.maybe(
            &mut exec,
            2,
            1,
            "interactiveMode",
            &[json!("Never"), json!("Always"), json!("IfAvailable"), json!("never")],
        );
        self.maybe(&mut exec, 3, 1, "provideClusterInfo", &[json!(true)]);
        self.maybe(&mut exec, 3, 1, "installHint", &[json!("install\nit"), json!("\u{1b}[1mbold")]);
        Value::Object(exec)
    }

    fn auth_provider(&mut self) -> Value {
        let name = self.pick(&["oidc", "oidc", "oidc", "oidc", "gcp", "azure", "other"]);
        let mut config = Map::new();
        self.maybe(&mut config, 12, 11, "idp-issuer-url", &[json!("https://issuer")]);
        self.maybe(&mut config, 12, 11, "client-id", &[json!("id")]);
        self.maybe(&mut config, 2, 1, "refresh-token", &[json!("refresh")]);
        json!({"name": name, "config": config})
    }
}
