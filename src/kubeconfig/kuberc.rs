//! The user's preferences for kubectl, of which one thing holds here: which credential plugins may run.
//!
//! Source: `kubectl pkg/kuberc` (where the file is), `client-go plugin/pkg/client/auth/exec` (what the policy means).
//! A file that was asked for must be sound; one that merely lies in its place is passed over if it is not.

use serde_json::Value;

use super::{
    ConfigurationError, ConnectionFlags, decode::Node, merge::home, paths::Platform,
    surroundings::Surroundings, yaml,
};

/// Which credential plugins may run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Policy {
    /// Any.
    #[default]
    AllowAll,
    /// None.
    DenyAll,
    /// Those of the list: names, or cleaned paths.
    Allowlist(Vec<String>),
}

/// Reads the policy of `--kuberc`, else of KUBERC, else of the home directory's kuberc.
pub(super) fn load(
    flags: &ConnectionFlags,
    surroundings: &dyn Surroundings,
) -> Result<Policy, ConfigurationError> {
    if surroundings.variable("KUBECTL_KUBERC").eq_ignore_ascii_case("false") {
        return Ok(Policy::AllowAll);
    }
    let platform = surroundings.platform();
    let typed = flags.kuberc.as_ref().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let variable = surroundings.variable("KUBERC");
    if variable == "off" {
        return if typed.is_empty() {
            Ok(Policy::AllowAll)
        } else {
            let problem = "KUBERC=off and --kuberc exclude each other";
            Err(ConfigurationError::Kuberc(typed, problem.to_owned()))
        };
    }
    let is_asked_for = !typed.is_empty() || !variable.is_empty();
    let path = match (typed.is_empty(), variable.is_empty()) {
        (false, _) => typed,
        (true, false) => variable,
        (true, true) => platform.join(&platform.join(&home(surroundings), ".kube"), "kuberc"),
    };
    let preference = surroundings
        .read(&path)
        .map_err(|error| error.to_string())
        .and_then(|content| find_preference(&content));
    let (policy, list) = match preference {
        Ok(found) => found.unwrap_or_default(),
        Err(problem) if is_asked_for => return Err(ConfigurationError::Kuberc(path, problem)),
        Err(_) => return Ok(Policy::AllowAll),
    };
    check(&policy, list, platform).map_err(|problem| ConfigurationError::Kuberc(path, problem))
}

type Preference = (String, Option<Vec<String>>);

/// The first document that is a Preference of a version that is known; `None` for a file without documents.
fn find_preference(content: &[u8]) -> Result<Option<Preference>, String> {
    let text = String::from_utf8(content.to_vec()).map_err(|_| "it is not valid UTF-8".to_owned())?;
    let mut has_documents = false;
    for document in documents(&text) {
        has_documents = true;
        if let Ok(value) = yaml::to_json(document.as_bytes())
            && let Ok(Some(preference)) = read(&value)
        {
            return Ok(Some(preference));
        }
    }
    if has_documents { Err("no valid preferences found".to_owned()) } else { Ok(None) }
}

fn documents(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if line.starts_with("---") {
            documents.push(String::new());
        } else if let Some(document) = documents.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents.retain(|document| !document.trim().is_empty());
    documents
}

fn read(value: &Value) -> Result<Option<Preference>, String> {
    let root = Node::root(value);
    if root.field("kind")?.text()? != "Preference" {
        return Ok(None);
    }
    match root.field("apiVersion")?.text()?.as_str() {
        "kubectl.config.k8s.io/v1alpha1" => return Ok(Some(Preference::default())),
        "kubectl.config.k8s.io/v1beta1" => {}
        _ => return Ok(None),
    }
    let list = root.field("credentialPluginAllowlist")?;
    let commands = list.list()?.iter().map(command).collect::<Result<Vec<_>, _>>()?;
    let policy = root.field("credentialPluginPolicy")?.text()?;
    Ok(Some((policy, (!list.is_null()).then_some(commands))))
}

/// `name` is what `command` was called before.
fn command(entry: &Node<'_>) -> Result<String, String> {
    let (name, command) = (entry.field("name")?.text()?, entry.field("command")?.text()?);
    match (name.is_empty(), command.is_empty()) {
        (false, false) if name != command => {
            Err("an entry of the allowlist has a name and another command".to_owned())
        }
        (_, true) => Ok(name),
        (_, false) => Ok(command),
    }
}

fn check(policy: &str, list: Option<Vec<String>>, platform: Platform) -> Result<Policy, String> {
    let list = match (policy, list) {
        ("" | "AllowAll", None) => return Ok(Policy::AllowAll),
        ("DenyAll", None) => return Ok(Policy::DenyAll),
        ("" | "AllowAll" | "DenyAll", Some(_)) => {
            return Err(
                "credentialPluginAllowlist goes with credentialPluginPolicy Allowlist alone".to_owned()
            );
        }
        ("Allowlist", Some(list)) if !list.is_empty() => list,
        ("Allowlist", _) => return Err("credentialPluginAllowlist is missing or empty".to_owned()),
        _ => return Err("credentialPluginPolicy must be AllowAll, DenyAll or Allowlist".to_owned()),
    };
    if list.iter().any(|command| command.is_empty() || platform.clean(command) != *command) {
        return Err("credentialPluginAllowlist has an entry that is empty or not a cleaned path".to_owned());
    }
    Ok(Policy::Allowlist(list))
}

impl Policy {
    /// Whether the plugin may run; the error says what the policy is.
    pub(super) fn check(&self, command: &str, surroundings: &dyn Surroundings) -> Result<(), String> {
        let list = match self {
            Self::AllowAll => return Ok(()),
            Self::DenyAll => return Err("the policy is DenyAll".to_owned()),
            Self::Allowlist(list) => list,
        };
        let platform = surroundings.platform();
        let command = platform.clean(command);
        if list.contains(&command) {
            return Ok(());
        }
        let found = look_up(&command, surroundings)
            .ok_or("it can't be found, so it can't be looked for in the allowlist")?;
        let is_listed = list.contains(&found)
            || list.iter().any(|entry| {
                platform.file_name(entry) == platform.file_name(&found)
                    && look_up(entry, surroundings).as_ref() == Some(&found)
            });
        if is_listed { Ok(()) } else { Err("it is not in the allowlist".to_owned()) }
    }
}

/// Finds a program as a shell does (`os/exec.LookPath`). One that would be found in the working directory is not.
fn look_up(command: &str, surroundings: &dyn Surroundings) -> Option<String> {
    let platform = surroundings.platform();
    if platform.has_separator(command) {
        return surroundings.is_executable(command).then(|| command.to_owned());
    }
    let directories = platform.split_list(&surroundings.variable("PATH"));
    let mut paths = directories.iter().map(|directory| platform.join(directory, command));
    paths.find(|path| surroundings.is_executable(path)).filter(|path| platform.is_absolute(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubeconfig::surroundings::Memory;

    const V1BETA1: &str = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n";

    fn machine(variables: &[(&str, &str)], files: &[(&str, &str)]) -> Memory {
        let mut machine = Memory::default();
        machine.variables.insert("HOME".to_owned(), "/h".to_owned());
        machine.variables.insert("PATH".to_owned(), "/usr/bin:/opt/bin".to_owned());
        for (name, value) in variables {
            machine.variables.insert((*name).to_owned(), (*value).to_owned());
        }
        for (path, content) in files {
            machine.files.insert((*path).to_owned(), content.as_bytes().to_vec());
        }
        machine
    }

    #[test]
    fn the_policy_is_read_where_kubectl_reads_it() {
        let deny = format!("{V1BETA1}credentialPluginPolicy: DenyAll\n");
        let list = format!(
            "{V1BETA1}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{{command: aws}}]\n"
        );
        let unclean = list.replace("aws", "/a//b");
        let both = list.replace("{command: aws}", "{name: a, command: b}");
        let stray = deny.replace("DenyAll", "DenyAll\ncredentialPluginAllowlist: []");
        let home = "/h/.kube/kuberc";
        let allowlist = || Ok(Policy::Allowlist(vec!["aws".to_owned()]));
        for (name, flag, variables, files, expected) in [
            ("nothing", "", &[][..], &[][..], Ok(Policy::AllowAll)),
            ("in the home directory", "", &[], &[(home, deny.as_str())], Ok(Policy::DenyAll)),
            ("by variable", "", &[("KUBERC", "/k")], &[("/k", list.as_str())], allowlist()),
            ("by flag", "/f", &[("KUBERC", "/k")], &[("/k", deny.as_str()), ("/f", &list)], allowlist()),
            ("turned off", "", &[("KUBERC", "off")], &[(home, deny.as_str())], Ok(Policy::AllowAll)),
            (
                "turned off by its gate",
                "",
                &[("KUBECTL_KUBERC", "False")],
                &[(home, deny.as_str())],
                Ok(Policy::AllowAll),
            ),
            ("turned off and asked for", "/f", &[("KUBERC", "off")], &[], Err("kuberc")),
            ("asked for and missing", "/f", &[], &[], Err("kuberc")),
            ("asked for and unsound", "/f", &[], &[("/f", "a: b")], Err("kuberc")),
            ("unsound in its place", "", &[], &[(home, "a: b")], Ok(Policy::AllowAll)),
            ("a second document", "", &[], &[(home, &format!("a: b\n---\n{deny}"))], Ok(Policy::DenyAll)),
            (
                "an earlier version",
                "",
                &[],
                &[(home, &deny.replace("v1beta1", "v1alpha1"))],
                Ok(Policy::AllowAll),
            ),
            ("an unknown policy", "", &[], &[(home, &deny.replace("DenyAll", "Maybe"))], Err("kuberc")),
            ("an empty list", "", &[], &[(home, &list.replace("{command: aws}", ""))], Err("kuberc")),
            ("a stray list", "", &[], &[(home, stray.as_str())], Err("kuberc")),
            ("an unclean path", "", &[], &[(home, unclean.as_str())], Err("kuberc")),
            ("two names, asked for", "", &[("KUBERC", "/k")], &[("/k", both.as_str())], Err("kuberc")),
            ("two names, in its place", "", &[], &[(home, both.as_str())], Ok(Policy::AllowAll)),
        ] {
            let kuberc = (!flag.is_empty()).then(|| flag.into());
            let flags = ConnectionFlags { kuberc, ..ConnectionFlags::default() };
            let loaded = load(&flags, &machine(variables, files)).map_err(|error| error.class());
            assert_eq!(loaded, expected, "{name}");
        }
    }

    #[test]
    fn the_allowlist_knows_names_and_paths() {
        let machine = machine(&[], &[("/usr/bin/aws", ""), ("/opt/bin/gke", ""), ("/w/aws", "")]);
        for (name, entry, command, is_allowed) in [
            ("the same name", "aws", "aws", true),
            ("the same path", "/usr/bin/aws", "/usr/bin/aws", true),
            ("a name found at the path", "/usr/bin/aws", "aws", true),
            ("a path found by the name", "aws", "/usr/bin/aws", true),
            ("an unclean path", "/usr/bin/aws", "/usr//bin/aws", true),
            ("another of the name", "aws", "/w/aws", false),
            ("another", "aws", "gke", false),
            ("none such", "aws", "az", false),
            ("none such, but listed", "az", "az", true),
        ] {
            let policy = Policy::Allowlist(vec![entry.to_owned()]);
            assert_eq!(policy.check(command, &machine).is_ok(), is_allowed, "{name}");
        }
        assert!(Policy::DenyAll.check("aws", &machine).is_err());
        assert!(Policy::AllowAll.check("none such", &machine).is_ok());
    }
}
