//! The rules of kubectl-parity, a row each. The differential test (tests/kubeconfig) goes further.

use super::{
    ConfigurationError, Connection, ConnectionFlags, Field, Memory, Origin, Secret, explain, paths::Platform,
    resolve,
};

const ONE: &str = "
current-context: dev
contexts:
- {name: dev, context: {cluster: dev, user: jane, namespace: web}}
- {name: lost, context: {cluster: gone, user: gone}}
- {name: plain, context: {cluster: plain, user: jane}}
clusters:
- {name: dev, cluster: {server: 'https://dev:6443', certificate-authority: pki/ca.crt, tls-server-name: inner}}
- {name: plain, cluster: {server: plain:8001}}
users:
- {name: jane, user: {token: t0ken}}
- {name: files, user: {token: t0ken, tokenFile: token}}
- {name: both, user: {token: t0ken, username: jane}}
- {name: group, user: {as-groups: [a]}}
- {name: exec, user: {exec: {command: ./login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}
- {name: silent, user: {exec: {command: login, apiVersion: client.authentication.k8s.io/v1}}}
- {name: gcp, user: {auth-provider: {name: gcp}}}
";

const POD: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

fn machine(variables: &[(&str, &str)], files: &[(&str, &str)]) -> Memory {
    let text = |text: &str| text.to_owned();
    Memory {
        variables: variables.iter().map(|(name, value)| (text(name), text(value))).collect(),
        files: files.iter().map(|(path, content)| (text(path), (*content).into())).collect(),
        ..Memory::default()
    }
}

fn usual() -> Memory {
    machine(
        &[("KUBECONFIG", "/k/config")],
        &[("/k/config", ONE), ("/k/pki/ca.crt", ""), ("/k/token", "from-file\n"), ("/other.crt", "")],
    )
}

type Flags = fn(&mut ConnectionFlags);
type Check = fn(&Connection) -> bool;

fn given(set: Flags) -> ConnectionFlags {
    let mut flags = ConnectionFlags::default();
    set(&mut flags);
    flags
}

#[expect(clippy::unnecessary_wraps, reason = "it is for fields that may be absent")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn secret(text: &str) -> Option<Secret> {
    some(text).map(Secret::from)
}

#[test]
fn a_connection_is_what_kubectl_makes_of_it() {
    let rows: &[(&str, Flags, Check)] = &[
        ("the current context", |_| {}, |c| c.server == "https://dev:6443" && c.namespace == "web"),
        ("its token", |_| {}, |c| c.credentials.token == secret("t0ken")),
        ("its authority, beside the file", |_| {}, |c| format!("{:?}", c.tls).contains("/k/pki/ca.crt")),
        ("an empty flag is none", |f| f.context = some(""), |c| c.context == some("dev")),
        ("another context", |f| f.context = some("plain"), |c| c.server == "http://plain:8001"),
        ("no credentials without TLS", |f| f.context = some("plain"), |c| c.credentials.token.is_none()),
        (
            "impersonation without TLS",
            |f| (f.context, f.impersonate) = (some("plain"), some("eve")),
            |c| c.impersonation.user == some("eve"),
        ),
        (
            "a missing cluster is localhost",
            |f| f.context = some("lost"),
            |c| c.server == "http://localhost:8080",
        ),
        ("the flag's namespace", |f| f.namespace = some("ops"), |c| c.namespace == "ops"),
        (
            "a server clears the file's name",
            |f| f.server = secret("https://h"),
            |c| c.tls.server_name.is_none(),
        ),
        (
            "insecure clears the authority",
            |f| f.insecure_skip_tls_verify = true,
            |c| c.tls.insecure && c.tls.authority.is_none(),
        ),
        (
            "an authority replaces the file's",
            |f| f.certificate_authority = Some("other.crt".into()),
            |c| format!("{:?}", c.tls).contains("\"/other.crt\""),
        ),
        ("a token file beside a token", |f| f.user = some("files"), |c| c.credentials.token_file.is_some()),
        (
            "a token file stays beside --token",
            |f| (f.user, f.token) = (some("files"), secret("x")),
            |c| c.credentials.token_file.is_some() && c.credentials.token == secret("x"),
        ),
        (
            "a key alone is ignored",
            |f| f.client_key = Some("/gone".into()),
            |c| c.credentials.certificate.is_none(),
        ),
        (
            "a plugin's path, beside the file",
            |f| f.user = some("exec"),
            |c| c.credentials.exec.as_ref().is_some_and(|exec| exec.command == "/k/login"),
        ),
        (
            "a timeout in seconds",
            |f| f.request_timeout = some("5"),
            |c| c.timeout.is_some_and(|t| t.as_secs() == 5),
        ),
        ("a timeout of none", |f| f.request_timeout = some("0"), |c| c.timeout.is_none()),
        (
            "user information is Basic",
            |f| f.server = secret("https://u:p@h"),
            |c| c.credentials.basic.is_some() && c.credentials.token.is_none(),
        ),
        (
            "extras are merged by key",
            |f| {
                f.impersonate = some("eve");
                f.impersonate_user_extra = vec!["a=1".to_owned(), "a=2".to_owned(), "none".to_owned()];
            },
            |c| c.impersonation.extra.len() == 1 && c.impersonation.extra["a"] == ["1", "2"],
        ),
    ];
    for (name, flags, is_right) in rows {
        let connection = resolve(&given(*flags), &usual()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(is_right(&connection), "{name}: {connection:?}");
    }
}

#[test]
fn what_kubectl_refuses_is_refused_in_its_words() {
    let rows: &[(&str, Flags, &str, &str)] = &[
        ("no context", |f| f.context = some("nope"), "no-context", "context \"nope\" does not exist"),
        ("no cluster", |f| f.cluster = some("nope"), "no-cluster", "cluster \"nope\" does not exist"),
        ("no user", |f| f.user = some("nope"), "no-user", "auth info \"nope\" does not exist"),
        (
            "no file",
            |f| f.kubeconfig = Some("/no".into()),
            "no-kubeconfig",
            "stat /no: no such file or directory",
        ),
        ("two ways", |f| f.user = some("both"), "methods", "found [token basicAuth], only one is allowed"),
        ("groups alone", |f| f.user = some("group"), "impersonation", "without impersonating a user"),
        ("no mode", |f| f.user = some("silent"), "exec", "interactiveMode must be specified"),
        ("gcp", |f| f.user = some("gcp"), "auth-provider", "the gcp auth-provider has been removed"),
        ("a token of two lines", |f| f.token = secret("a\nb"), "token", "characters that no token can have"),
        (
            "a proxy of no kind",
            |f| f.proxy_url = secret("ftp://u:s3cret@p"),
            "proxy",
            "must be http, https or socks5",
        ),
        ("a timeout of no kind", |f| f.request_timeout = some("soon"), "timeout", "invalid request-timeout"),
        (
            "no authority",
            |f| f.certificate_authority = Some("/no".into()),
            "file",
            "certificate-authority /no",
        ),
        (
            "authority and insecure",
            |f| (f.certificate_authority, f.insecure_skip_tls_verify) = (Some("/other.crt".into()), true),
            "authority",
            "specifying a root certificates file with the insecure flag is not allowed",
        ),
        (
            "a socket",
            |f| f.server = secret("unix:///s3cret"),
            "server",
            "it must be a URL or a host:port pair",
        ),
        (
            "a certificate without its key",
            |f| f.client_certificate = Some("/other.crt".into()),
            "client-certificate",
            "client-key-data or client-key must be specified",
        ),
    ];
    for (name, flags, class, text) in rows {
        let error = resolve(&given(*flags), &usual()).expect_err(name);
        assert_eq!(error.class(), *class, "{name}");
        assert!(error.to_string().contains(text), "{name}: {error}");
        assert!(error.hint().is_some(), "{name}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{name}: {error:?}");
    }
}

#[test]
fn a_file_that_is_none_is_refused() {
    for (name, content, text) in [
        ("another kind", "kind: Pod", "its kind is not Config"),
        ("another version", "apiVersion: v2", "its apiVersion is not v1"),
        ("a name twice", "users: [{name: u}, {name: u}]", "duplicate name \"u\" in the list of users"),
        (
            "a number",
            "users: [{name: u, user: {token: 12}}]",
            "users[0].user.token must be a string, and is a number",
        ),
        ("base64 that is none", "users: [{name: u, user: {client-key-data: '*'}}]", "is not valid base64"),
        (
            "a current context of nowhere",
            "current-context: gone",
            "context was not found for specified context: gone",
        ),
    ] {
        let machine = machine(&[("KUBECONFIG", "/k")], &[("/k", content)]);
        let error = resolve(&ConnectionFlags::default(), &machine).expect_err(name);
        assert!(error.to_string().ends_with(text), "{name}: {error}");
    }
}

#[test]
fn several_problems_are_all_said() {
    let content = "{users: [{name: u, user: {token: t, username: u, as-uid: '1'}}], \
                    contexts: [{name: c, context: {user: u}}], current-context: c}";
    let machine = machine(&[("KUBECONFIG", "/k")], &[("/k", content)]);
    let error = resolve(&ConnectionFlags::default(), &machine).unwrap_err();
    assert!(matches!(&error, ConfigurationError::Several(problems) if problems.len() == 2), "{error:?}");
    assert_eq!(error.class(), "methods");
}

#[test]
fn files_are_merged_by_name_and_the_first_wins() {
    let first = "{current-context: '', clusters: [{name: a, cluster: {server: 'https://first'}}]}";
    let second = "{current-context: c, clusters: [{name: a, cluster: {server: 'https://second', \
                   disable-compression: true}}], contexts: [{name: c, context: {cluster: a}}]}";
    let machine = machine(&[("KUBECONFIG", "/1:/gone::/2:/1")], &[("/1", first), ("/2", second)]);
    let (connection, origins) = explain(&ConnectionFlags::default(), &machine).unwrap();
    assert_eq!(connection.server, "https://first");
    assert!(!connection.disable_compression);
    assert_eq!(*origins.of(Field::Server), Origin::File("/1".to_owned()));
    assert_eq!(*origins.of(Field::Context), Origin::File("/2".to_owned()));
}

#[test]
fn windows_lists_and_homes() {
    let cluster = "{current-context: c, contexts: [{name: c, context: {cluster: a}}], \
                    clusters: [{name: a, cluster: {server: 'https://h', certificate-authority: 'pki\\ca.crt'}}]}";
    let home = r"C:\Users\jane";
    let by_list = [("KUBECONFIG", r#""C:\a;b\none";C:\Users\jane\.kube\config"#)];
    for (name, variables) in [
        ("a list", &by_list[..]),
        ("the profile", &[("USERPROFILE", home)]),
        ("drive and path", &[("HOMEDRIVE", "C:"), ("HOMEPATH", r"\Users\jane"), ("USERPROFILE", r"C:\x")]),
        ("a home without the file", &[("HOME", r"D:\"), ("USERPROFILE", home)]),
    ] {
        let files = [(r"C:\Users\jane\.kube\config", cluster), (r"C:\Users\jane\.kube\pki\ca.crt", "")];
        let machine = Memory {
            platform: Platform::Windows,
            directory: r"C:\".to_owned(),
            ..machine(variables, &files)
        };
        let connection = resolve(&ConnectionFlags::default(), &machine);
        let connection = connection.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            format!("{:?}", connection.tls).contains(r"jane\\.kube\\pki\\ca.crt"),
            "{name}: {connection:?}"
        );
    }
}

#[test]
fn a_pod_counts_where_nothing_else_was_said() {
    let service = [("KUBERNETES_SERVICE_HOST", "fd00::1"), ("KUBERNETES_SERVICE_PORT", "443")];
    let token = format!("{POD}/token");
    let namespace = format!("{POD}/namespace");
    let pod = || machine(&service, &[(&token, "t\n"), (&namespace, " dev\n")]);
    let rows: &[(&str, Flags, bool, &str)] = &[
        ("nothing", |_| {}, true, "https://[fd00::1]:443/"),
        ("a token", |f| f.token = secret("x"), true, "https://[fd00::1]:443/"),
        ("impersonation", |f| f.impersonate = some("eve"), false, "http://localhost:8080/"),
        ("a timeout", |f| f.request_timeout = some("5s"), false, "http://localhost:8080/"),
        ("a proxy", |f| f.proxy_url = secret("http://p"), false, "http://localhost:8080/"),
        ("a server", |f| f.server = secret("https://h"), false, "https://h/"),
    ];
    for (name, flags, in_cluster, server) in rows {
        let connection = resolve(&given(*flags), &pod()).unwrap();
        assert_eq!(
            (connection.in_cluster, connection.server.to_string().as_str()),
            (*in_cluster, *server),
            "{name}"
        );
        assert_eq!(connection.namespace, "dev", "{name}");
    }
    let mut variable = pod();
    variable.variables.insert("POD_NAMESPACE".to_owned(), "ops".to_owned());
    assert_eq!(resolve(&ConnectionFlags::default(), &variable).unwrap().namespace, "ops");
    let mut without_token = pod();
    without_token.files.remove(&token);
    assert!(!resolve(&ConnectionFlags::default(), &without_token).unwrap().in_cluster);
}

#[test]
fn without_anything_the_server_is_localhost_or_the_master() {
    let nothing = machine(&[], &[]);
    assert_eq!(resolve(&ConnectionFlags::default(), &nothing).unwrap().server, "http://localhost:8080");
    let master = machine(&[("KUBERNETES_MASTER", "https://m")], &[]);
    let (connection, origins) = explain(&ConnectionFlags::default(), &master).unwrap();
    assert_eq!(connection.server, "https://m");
    assert_eq!(*origins.of(Field::Server), Origin::Variable("KUBERNETES_MASTER"));
}

#[test]
fn a_plugin_that_the_kuberc_forbids_does_not_run() {
    let kuberc =
        "{apiVersion: kubectl.config.k8s.io/v1beta1, kind: Preference, credentialPluginPolicy: DenyAll}";
    let mut machine = usual();
    machine.variables.insert("KUBERC".to_owned(), "/kuberc".to_owned());
    machine.files.insert("/kuberc".to_owned(), kuberc.into());
    let error = resolve(&given(|f| f.user = some("exec")), &machine).unwrap_err();
    assert_eq!(error.class(), "exec-forbidden");
    let with_token = given(|f| (f.user, f.token) = (some("exec"), secret("x")));
    assert!(resolve(&with_token, &machine).is_ok(), "a token keeps the plugin from running");
}
