//! bash, zsh and fish in a pseudo-terminal, with the scripts of this program and of the real kubectl.

use std::{fs, os::unix::fs::symlink, path::Path};

use tempfile::TempDir;

use crate::{
    support::prepared,
    terminal::{Terminal, installed},
};

/// Where Debian's bash-completion is, on which kubectl's script for bash rests.
const BASH_COMPLETION: &str = "/usr/share/bash-completion/bash_completion";

/// A shell with kubectl, the plugin and its completer on the PATH, that has read both programs' scripts.
struct Shell {
    terminal: Terminal,
    _path: TempDir,
}

impl Shell {
    fn start(program: &[&str], setup: &str) -> Self {
        let path = TempDir::new().unwrap();
        let link = |target: &Path, name: &str| symlink(target, path.path().join(name)).unwrap();
        let completer = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/kubectl_complete-nodeusage");
        link(&prepared("NODEUSAGE_TEST_BIN").join("kubectl"), "kubectl");
        link(Path::new(env!("CARGO_BIN_EXE_kubectl-nodeusage")), "kubectl-nodeusage");
        link(&completer, "kubectl_complete-nodeusage");
        let search = format!("{}:/usr/bin:/bin", path.path().display());
        let terminal = Terminal::start(program, &search);
        let shell = Self { terminal, _path: path };
        shell.terminal.type_in(setup);
        shell.terminal.type_in("\recho re''ady\r");
        shell.terminal.wait_for(|screen| screen.lines().any(|line| line == "ready"));
        shell
    }

    /// Types a line on an empty screen, presses TAB, and waits for every word of `offered`.
    #[track_caller]
    fn complete(&self, line: &str, offered: &[&str]) {
        self.terminal.type_in("\u{15}clear\r");
        let is_prompt = |line: &str| !line.is_empty() && !line.contains("clear") && !line.contains('\n');
        self.terminal.wait_for(|screen| is_prompt(screen.trim()));
        self.terminal.type_in(line);
        self.terminal.wait_for(|screen| screen.contains(line));
        self.terminal.type_in("\t\t");
        self.terminal.wait_for(|screen| offered.iter().all(|word| screen.contains(word)));
    }

    /// Both programs complete their words: this one by its own script, kubectl by kubectl's.
    #[track_caller]
    fn completes_both(&self) {
        self.complete("kubectl-nodeusage --sort-by c", &["cpu", "cpu-percent"]);
        self.complete("kubectl-nodeusage --label", &["kubectl-nodeusage --label-columns"]);
        self.complete("kubectl nodeusage --demo simulated-me", &["memory-1", "memory-2", "memory-3"]);
        self.complete("kubectl nodeusage --demo -l pool=g", &["general", "gpu"]);
        self.complete("kubectl nodeusage --sort-by=memory-", &["kubectl nodeusage --sort-by=memory-percent"]);
        // What only kubectl knows.
        self.complete("kubectl api-re", &["kubectl api-resources"]);
        self.complete("kubectl config get-c", &["get-clusters", "get-contexts"]);
    }
}

#[test]
fn bash_completes_both() {
    assert!(
        fs::exists(BASH_COMPLETION).unwrap(),
        "bash-completion is missing; install it: apt-get install bash-completion"
    );
    let setup = format!(
        "bind 'set show-all-if-ambiguous on'; source {BASH_COMPLETION}; source <(kubectl completion bash); source <(kubectl-nodeusage completion bash)"
    );
    let shell = Shell::start(&["bash", "--norc", "--noprofile"], &setup);
    shell.completes_both();
    shell.terminal.type_in("\u{15}clear; complete -p kubectl kubectl-nodeusage\r");
    let screen = shell.terminal.wait_for(|screen| screen.matches("complete -o").count() == 2);
    assert!(screen.contains("-F __start_kubectl kubectl\n"), "{screen}");
}

#[test]
fn zsh_completes_both() {
    let setup = "autoload -Uz compinit; compinit -u; source <(kubectl completion zsh); source <(kubectl-nodeusage completion zsh)";
    let shell = Shell::start(&[installed("zsh"), "--no-rcs"], setup);
    shell.completes_both();
}

#[test]
fn fish_completes_both() {
    let setup = "kubectl completion fish | source; kubectl-nodeusage completion fish | source";
    let shell = Shell::start(&[installed("fish"), "--no-config"], setup);
    shell.completes_both();
}

/// A script that is registered for `kubectl` would take over what kubectl completes.
#[test]
fn no_script_is_for_kubectl() {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (file, registration) in [
        (
            "kubectl-nodeusage.bash",
            "complete -F _kubectl__nodeusage -o nosort -o bashdefault -o default kubectl-nodeusage",
        ),
        ("_kubectl-nodeusage", "#compdef kubectl-nodeusage"),
        ("kubectl-nodeusage.fish", "complete -c kubectl-nodeusage "),
        ("_kubectl-nodeusage.ps1", "Register-ArgumentCompleter -Native -CommandName 'kubectl-nodeusage' "),
        ("kubectl-nodeusage.elv", "set edit:completion:arg-completer[kubectl-nodeusage] "),
    ] {
        let script = fs::read_to_string(scripts.join(file)).unwrap();
        assert!(script.contains(registration), "{file}");
        let wider = script.lines().filter(|line| {
            ["complete ", "compdef ", "#compdef ", "Register-", "set edit:completion"]
                .iter()
                .any(|start| line.trim_start().starts_with(start))
                && !line.contains("kubectl-nodeusage")
        });
        assert_eq!(wider.collect::<Vec<_>>(), Vec::<&str>::new(), "{file}");
    }
}
