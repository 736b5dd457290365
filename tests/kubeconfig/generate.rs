//! Machines: kubeconfigs that overlap and have slips in them, with flags and an environment.

use crate::case::Case;

const HOME: &str = "/var/run/home";
const DIRECTORY: &str = "/var/run/work";
const POD: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
pub const NAMES: &[&str] = &["a", "a", "a", "a", "b", "b", "c", "", "none such"];
pub const SERVERS: &[&str] = &[
    "https://a:6443",
    "https://a:6443",
    "https://a:6443",
    "https://b/prefix/",
    "https://b//p/../q r",
    "http://plain:80",
    "schemeless:1234",
    "schemeless",
    "127.0.0.1:6443",
    "[::1]:6443",
    "https://[::1]:6443",
    "https://u:p%40w@a",
    "https://u@a/x",
    "HTTPS://Upper",
    "",
    "https://a?q=1#f",
    "http://localhost:8080",
    "host/path",
    "unix:///a.sock",
    "https://a:port",
    "https://a:1:2",
    "ftp://a",
    "https://%zz",
    "://a",
    "https://",
];
/// A certificate authority, as far as PEM goes.
pub const PEM: &str = include_str!("authority.pem");

/// Pseudo-random numbers (`SplitMix64`), the same ones for the same seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) >> 1).unwrap() % bound
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub fn case(&mut self) -> Case {
        let mut case = Case { directory: DIRECTORY, ..Case::default() };
        case.environment.insert("HOME", HOME.to_owned());
        self.files(&mut case);
        for path in ["ca.crt", "sub/ca.crt", "u.crt", "u.key", "sub/u.key", "token"] {
            if !self.one_in(12) {
                let content =
                    if path == "token" { self.pick(&["t0k\n", " t0k", "t0k", "t0k", ""]) } else { PEM };
                case.files.insert(format!("{DIRECTORY}/{path}"), content.to_owned());
            }
        }
        if self.one_in(8) {
            let master =
                self.pick(&["https://master:6443", "http://master", "http://localhost:8080", "master"]);
            case.environment.insert("KUBERNETES_MASTER", master.to_owned());
        }
        if self.one_in(5) {
            self.pod(&mut case);
        }
        self.flags(&mut case);
        case
    }

    fn files(&mut self, case: &mut Case) {
        let paths = ["one.yaml", "sub/two.yaml", "three.yaml"];
        let mut list = Vec::new();
        let count = self.pick(&[0, 1, 2, 2, 2, 2, 2, 3, 3]);
        for path in &paths[..count] {
            if !self.one_in(15) {
                let content = self.kubeconfig();
                case.files.insert(format!("{DIRECTORY}/{path}"), content);
            }
            let is_relative = self.one_in(3);
            list.push(if is_relative { (*path).to_owned() } else { format!("{DIRECTORY}/{path}") });
        }
        match self.below(12) {
            0 => list.push(list.first().cloned().unwrap_or_default()),
            1 => list.insert(0, String::new()),
            _ => {}
        }
        if self.one_in(6) {
            let content = self.kubeconfig();
            case.files.insert(format!("{HOME}/.kube/config"), content);
        }
        match self.below(20) {
            0 => drop(case.flags.insert("kubeconfig", "one.yaml".to_owned())),
            1 => drop(case.flags.insert("kubeconfig", format!("{DIRECTORY}/sub/two.yaml"))),
            2 => return,
            _ => {}
        }
        case.environment.insert("KUBECONFIG", list.join(":"));
    }

    fn pod(&mut self, case: &mut Case) {
        for (name, value) in [
            ("KUBERNETES_SERVICE_HOST", self.pick(&["10.0.0.1", "10.0.0.1", "fd00::1", ""])),
            ("KUBERNETES_SERVICE_PORT", "443"),
        ] {
            case.environment.insert(name, value.to_owned());
        }
        for (name, content) in [
            ("token", "p0d\n"),
            ("ca.crt", self.pick(&[PEM, PEM, PEM, "none"])),
            ("namespace", self.pick(&[" dev\n", "dev", ""])),
        ] {
            if !self.one_in(8) {
                case.files.insert(format!("{POD}/{name}"), content.to_owned());
            }
        }
        if self.one_in(4) {
            case.environment.insert("POD_NAMESPACE", "by-variable".to_owned());
        }
        // Otherwise hardly anything would be left to the pod.
        if !self.one_in(3) {
            case.environment.insert("KUBECONFIG", ":".to_owned());
            case.flags.clear();
        }
    }

    fn flags(&mut self, case: &mut Case) {
        let rate = self.pick(&[100, 40, 15, 8]);
        for (name, values) in [
            ("context", NAMES),
            ("cluster", NAMES),
            ("user", NAMES),
            ("namespace", &["web", "default", ""]),
            ("server", SERVERS),
            ("token", &["flag-token", "flag-token", "bad\ntoken", ""]),
            ("as", &["jane", "jane", "", "bad\nname"]),
            ("as-uid", &["1000", ""]),
            ("certificate-authority", &["ca.crt", "/var/run/work/sub/ca.crt", "missing.crt", ""]),
            ("client-certificate", &["u.crt", "missing.crt", ""]),
            ("client-key", &["u.key", "missing.key", ""]),
            ("insecure-skip-tls-verify", &["true"]),
            ("tls-server-name", &["other", ""]),
            ("request-timeout", &["5", "1m30s", "0", "", "-1s", "1.5s", "soon", "10 s"]),
            ("disable-compression", &["true"]),
            ("proxy-url", &["http://p:3128", "https://u:p@q@p", "socks5://p:1080", "ftp://p", "p:3128", ""]),
        ] as [(&'static str, &[&str]); 16]
        {
            if self.one_in(rate) {
                case.flags.insert(name, self.pick(values).to_owned());
            }
        }
        if self.one_in(rate) {
            case.flags.insert("username", "flag-user".to_owned());
            if !self.one_in(3) {
                case.flags.insert("password", "flag-password".to_owned());
            }
        }
        if self.one_in(rate) {
            case.lists.insert("as-group", vec!["g1".to_owned(), "g2".to_owned()]);
        }
        if self.one_in(rate) {
            let extra = ["scope=x", "scope=y", "team=a=b", "none"].map(str::to_owned);
            case.lists.insert("as-user-extra", extra.to_vec());
        }
    }
}
