//! What a 403 denies, and how it is granted.

/// What the API server denies to whom, out of its own words (apiserver `responsewriters/errors.go`, `forbiddenMessage`).
#[derive(Debug, PartialEq, Eq)]
struct Denied<'a> {
    user: &'a str,
    verb: &'a str,
    request: Request<'a>,
}

#[derive(Debug, PartialEq, Eq)]
enum Request<'a> {
    Resource { group: &'a str, resource: &'a str },
    Path(&'a str),
}

impl<'a> Denied<'a> {
    /// `None` where another than the API server forbids, or in other words.
    fn read(message: &'a str) -> Option<Self> {
        let (_, rest) = message.split_once("User \"")?;
        let (user, rest) = rest.split_once("\" cannot ")?;
        let (verb, rest) = rest.split_once(' ')?;
        let request = if let Some(rest) = rest.strip_prefix("path \"") {
            Request::Path(rest.split_once('"')?.0)
        } else {
            let (resource, rest) = rest.strip_prefix("resource \"")?.split_once("\" in API group \"")?;
            Request::Resource { resource, group: rest.split_once('"')?.0 }
        };
        Some(Self { user, verb, request })
    }
}

/// What the user can do about a 403, whose message this is.
pub(super) fn hint(message: &str) -> String {
    let Some(Denied { user, verb, request }) = Denied::read(message) else { return ASK.to_owned() };
    if user == ANONYMOUS {
        return LOG_IN.to_owned();
    }
    if verb.starts_with(IMPERSONATE) {
        return format!("leave out --as and the like, or {ASK}");
    }
    match request {
        Request::Resource { group: "metrics.k8s.io", resource: "nodes" } => grant(user, &[]),
        Request::Resource { group: "", resource: "nodes" } => grant(user, &["--with-percent"]),
        Request::Resource { group: "", resource: "pods" } => grant(user, &["--with-requests"]),
        Request::Path(path) if path.starts_with("/api") => {
            let subject = Subject::of(user).flag("=");
            format!(
                "an administrator grants it with: kubectl create clusterrolebinding nodeusage-discovery \
                 --clusterrole=system:discovery {subject}"
            )
        }
        _ => ASK.to_owned(),
    }
}

/// The same, where the pods of a node should be shown: one command grants all that takes, since the manifest of the next
/// one would stand in the place of that of the first.
pub(super) fn hint_of_pods(message: &str) -> String {
    match Denied::read(message) {
        Some(Denied { user, verb, request: Request::Resource { resource: "nodes" | "pods", .. } })
            if user != ANONYMOUS && !verb.starts_with(IMPERSONATE) =>
        {
            grant(user, &["--with-percent", "--with-pods"])
        }
        _ => hint(message),
    }
}

/// The user whom the server takes for nobody, since no credentials were given.
pub const ANONYMOUS: &str = "system:anonymous";

/// What such a user can do.
pub(super) const LOG_IN: &str =
    "log in again, or choose another user or context: kubectl config get-contexts";

/// What the verbs begin with that mean acting as another: since Kubernetes 1.36 they say also what for.
const IMPERSONATE: &str = "impersonate";

/// Whether a 403 denies acting as another, whatever was asked for.
#[must_use]
pub fn is_impersonation(message: &str) -> bool {
    Denied::read(message).is_some_and(|denied| denied.verb.starts_with(IMPERSONATE))
}

/// Whom a 403 was said to, as the server calls them; `None` where it does not say.
#[must_use]
pub fn refused_user(message: &str) -> Option<&str> {
    Denied::read(message).map(|denied| denied.user)
}

const ASK: &str =
    "ask an administrator for this right, or choose another user or context: kubectl config get-contexts";

/// The command that grants the rights of these flags to a user, as the server calls it.
#[must_use]
pub fn grant(user: &str, flags: &[&str]) -> String {
    let subject = Subject::of(user).flag(" ");
    let command = [&["kubectl nodeusage rbac", &subject], flags].concat().join(" ");
    format!("an administrator grants it with: {command} | kubectl apply -f -")
}

/// A user as the flags of kubectl and of this program name it.
struct Subject<'a> {
    flag: &'static str,
    name: &'a str,
}

impl<'a> Subject<'a> {
    fn of(user: &'a str) -> Self {
        match user.strip_prefix("system:serviceaccount:") {
            Some(account) if is_shell_safe(account) => Self { flag: "--serviceaccount", name: account },
            None if is_shell_safe(user) => Self { flag: "--user", name: user },
            // A name that a shell would not take literally is never part of a command to paste.
            _ => Self { flag: "--user", name: "USER" },
        }
    }

    fn flag(&self, separator: &str) -> String {
        format!("{}{separator}{}", self.flag, self.name)
    }
}

/// Whether a shell takes the text literally, and no program takes it for a flag.
#[must_use]
pub fn is_shell_safe(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:@/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_metrics(user: &str) -> String {
        hint(&format!(
            r#"nodes.metrics.k8s.io is forbidden: User "{user}" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope"#
        ))
    }

    #[test]
    fn a_forbidden_user_is_never_run_by_a_shell() {
        for (user, subject) in [
            ("system:serviceaccount:dev:node-reader", "--serviceaccount dev:node-reader"),
            ("jane@example.com", "--user jane@example.com"),
            ("https://issuer/jane", "--user https://issuer/jane"),
            ("$(reboot)", "--user USER"),
            ("system:serviceaccount:$(reboot)", "--user USER"),
            ("-f", "--user USER"),
            ("a b", "--user USER"),
            (r#"a\"b"#, "--user USER"),
            ("", "--user USER"),
        ] {
            let command = of_metrics(user);
            let command = command.strip_prefix("an administrator grants it with: ");
            let expected = format!("kubectl nodeusage rbac {subject} | kubectl apply -f -");
            assert_eq!(command, Some(expected.as_str()), "{user}");
        }
    }

    #[test]
    fn each_right_has_its_own_mend() {
        for (message, mend) in [
            (
                r#"nodes "a" is forbidden: User "jane" cannot get resource "nodes" in API group "" at the cluster scope"#,
                "rbac --user jane --with-percent |",
            ),
            (
                r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope"#,
                "rbac --user jane --with-requests |",
            ),
            (
                r#"users "x" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope"#,
                "leave out --as",
            ),
            (
                r#"forbidden: User "jane" cannot impersonate-on:user-info:get path "/apis/metrics.k8s.io""#,
                "leave out --as",
            ),
            (
                r#"forbidden: User "system:serviceaccount:a:b" cannot get path "/apis/metrics.k8s.io""#,
                "--clusterrole=system:discovery --serviceaccount=a:b",
            ),
            (
                r#"nodes.metrics.k8s.io is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope"#,
                "log in",
            ),
            (
                r#"secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" at the cluster scope"#,
                "ask an administrator",
            ),
            ("access denied by the gateway", "ask an administrator"),
        ] {
            assert!(hint(message).contains(mend), "{message}: {}", hint(message));
        }
    }

    #[test]
    fn one_command_mends_all_that_the_pods_of_a_node_need() {
        let cannot = |what: &str| hint_of_pods(&format!("forbidden: User \"jane\" cannot {what}"));
        for what in [
            r#"list resource "pods" in API group "" at the cluster scope"#,
            r#"list resource "pods" in API group "metrics.k8s.io" at the cluster scope"#,
            r#"get resource "nodes" in API group "" at the cluster scope"#,
        ] {
            assert!(cannot(what).contains("rbac --user jane --with-percent --with-pods |"), "{what}");
        }
        assert!(cannot(r#"impersonate resource "users" in API group """#).contains("leave out --as"));
        assert!(cannot(r#"get path "/apis/metrics.k8s.io""#).contains("system:discovery"));
        assert_eq!(
            hint_of_pods(r#"User "system:anonymous" cannot list resource "pods" in API group """#),
            LOG_IN
        );
    }
}
