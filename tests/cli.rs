//! The plugin by itself: what can be typed, the simulated cluster, and where the output goes.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/mod.rs"]
mod support;

use std::{fs, fs::File, os::unix::fs::MetadataExt};

use support::{nodeusage, program, run};

const FORMATS: [&str; 8] = ["text", "wide", "top", "csv", "tsv", "json", "yaml", "name"];

fn demo(arguments: &[&str]) -> String {
    run(nodeusage().arg("--demo").args(arguments)).success()
}

#[test]
fn help() {
    insta::assert_snapshot!(run(nodeusage().arg("--help")).success());
}

/// Each with the simulated cluster in the place of a real one, and a watch for one reading.
#[test]
fn the_examples_of_the_help_run() {
    let help = run(nodeusage().arg("--help")).success();
    let examples: Vec<_> = help.lines().filter_map(|line| line.strip_prefix("  kubectl nodeusage")).collect();
    assert!(examples.len() > 5, "{help}");
    for example in examples {
        let folder = tempfile::tempdir().unwrap();
        let once = if example.contains(" -w") { " --count 1" } else { "" };
        let line = format!(
            "cd {} && '{}' --demo{once}{example}",
            folder.path().display(),
            env!("CARGO_BIN_EXE_kubectl-nodeusage")
        );
        let outcome = run(program("sh").args(["-c", &line]));
        assert!([0, 3].contains(&outcome.code), "{line}: {outcome:?}");
        assert!(!outcome.stderr.contains("error:"), "{line}: {outcome:?}");
        let has_file = fs::read_dir(folder.path()).unwrap().next().is_some();
        let nothing_to_show = outcome.stderr.contains("no node is what it must be");
        assert!(has_file || nothing_to_show || !outcome.stdout.is_empty(), "{line}: {outcome:?}");
    }
}

#[test]
fn demo_as_text() {
    insta::assert_snapshot!(demo(&["--total", "-L", "pool,topology.kubernetes.io/zone,absent"]));
}

#[test]
fn demo_in_raw_units() {
    insta::assert_snapshot!(demo(&[
        "--units=raw",
        "--sort-by=cpu-percent",
        "--reverse",
        "-l",
        "pool=general"
    ]));
}

#[test]
fn demo_as_top() {
    insta::assert_snapshot!(demo(&["-o", "top", "--sort-by=memory"]));
}

#[test]
fn kubectl_units_are_those_of_top() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let units = words(&demo(&["--units=kubectl", "--no-headers", "--sort-by=cpu"]));
    assert_eq!(units, words(&demo(&["-o", "top", "--no-headers", "--sort-by=cpu"])));
}

#[test]
fn the_readme_shows_what_the_demo_prints() {
    let readme = include_str!("../README.md");
    let shown =
        readme.split("```text\n$ make demo\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(shown, demo(&[]));
}

#[test]
fn every_format_says_that_the_demo_is_simulated() {
    for format in FORMATS {
        let output = demo(&["-o", format, "--no-headers"]);
        let first_figures = output.lines().find(|line| line.contains("general-1")).unwrap();
        assert!(first_figures.contains("simulated"), "{format}: {output}");
        assert!(demo(&["-o", format, "-l", "pool=gpu"]).lines().count() > 1, "{format}");
    }
    let outcome = run(nodeusage().args(["--demo", "-o", "name"]));
    assert_eq!(outcome.stderr, "note: this cluster is simulated (--demo); no server was asked\n");
}

#[test]
fn the_demo_needs_no_network() {
    let mut isolated = program("unshare");
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        isolated.arg("--map-root-user");
    }
    let output = run(isolated.args(["--net", env!("CARGO_BIN_EXE_kubectl-nodeusage"), "--demo"])).success();
    assert_eq!(output, demo(&[]));
}

#[track_caller]
fn assert_usage_error(arguments: &[&str], error: &str) {
    let outcome = run(nodeusage().args(arguments));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
    assert_eq!(outcome.stderr.lines().next().unwrap(), error);
    assert!(outcome.stderr.contains("--help"), "{arguments:?}: {}", outcome.stderr);
}

#[test]
fn what_does_not_go_together_is_a_usage_error() {
    for (arguments, error) in [
        (
            &["a", "-l", "b"][..],
            "error: the argument '[NAME]...' cannot be used with '--selector <SELECTOR>'",
        ),
        (&["--sort-by", "age"], "error: invalid value 'age' for '--sort-by <KEY>'"),
        (&["-o", "xml"], "error: invalid value 'xml' for '--output <FORMAT>'"),
        (
            &["-l", "a b"],
            "error: invalid value 'a b' for '--selector <SELECTOR>': expected =, ==, !=, in, notin, < or >, found \"b\"",
        ),
        (
            &["../pods"],
            "error: invalid value '../pods' for '[NAME]...': a node's name has only letters, digits, '-' and '.'",
        ),
        (
            &["--demo", "--context", "x"],
            "error: the argument '--demo' cannot be used with '--context <NAME>'",
        ),
        (
            &["-o", "csv", "--total"],
            "error: --total does not go with -o csv: its line would be read as a node; --totals-only gives it alone",
        ),
        (&["-o", "top", "-L", "zone"], "error: --label-columns does not go with -o top: the format is fixed"),
        (&["-o", "name", "--show-swap"], "error: --show-swap does not go with -o name: the format is fixed"),
        (
            &["-o", "json", "--units", "raw"],
            "error: --units does not go with -o json: its numbers are always the same",
        ),
        (
            &["doctor", "--show-config", "-o", "json"],
            "error: the argument '--show-config' cannot be used with '--output <FORMAT>'",
        ),
        (
            &["--where", "cpu>"],
            "error: invalid value 'cpu>' for '--where <EXPR>': expected a quantity such as 500m or 2Gi, or a percent such as 80%",
        ),
        (
            &["--fail-on", "memroy>80%"],
            "error: invalid value 'memroy>80%' for '--fail-on <EXPR>': expected = or !=, since this is a label",
        ),
        (
            &["--contexts", "a,b", "--context", "c"],
            "error: the argument '--contexts <NAME>' cannot be used with '--context <NAME>'",
        ),
        (
            &["--all-contexts", "-o", "top"],
            "error: more than one context does not go with -o top: the format has no place for it",
        ),
        (
            &["--from", "a.csv", "--watch"],
            "error: the argument '--from <FILE>' cannot be used with '--watch'",
        ),
        (
            &["--from", "a.csv", "--context", "c"],
            "error: the argument '--from <FILE>' cannot be used with '--context <NAME>'",
        ),
        (&["doctor", "a"], "error: unexpected argument 'a' found"),
        (&["--demo", "-s", "h"], "error: the argument '--demo' cannot be used with '--server <URL>'"),
        (
            &["rbac", "--serviceaccount", "dev"],
            "error: invalid value 'dev' for '--serviceaccount <NAMESPACE:NAME>': it must be NAMESPACE:NAME",
        ),
        (
            &["rbac", "--serviceaccount", "Dev:a"],
            "error: invalid value 'Dev:a' for '--serviceaccount <NAMESPACE:NAME>': the namespace \"Dev\" must have 1 to \
             63 lower case letters, digits and '-', and begin and end with a letter or digit (RFC 1123)",
        ),
        (
            &["rbac", "--user", "a\nb"],
            "error: invalid value \"a\\nb\" for '--user <USER>': it must not have control characters",
        ),
        (
            &["rbac", "--name", "system:node"],
            "error: invalid value 'system:node' for '--name <NAME>': a role of this name is Kubernetes' own, and would \
             be replaced",
        ),
        (
            &["rbac", "--user", "jane", "--group", "ops"],
            "error: the argument '--user <USER>' cannot be used with '--group <GROUP>'",
        ),
        (
            &["rbac", "--user", "jane", "--example-pod"],
            "error: the argument '--user <USER>' cannot be used with '--example-pod'",
        ),
        (&["--no-such-flag"], "error: unexpected argument '--no-such-flag' found"),
    ] {
        assert_usage_error(arguments, error);
    }
}

#[test]
fn columns_that_there_are_not_or_that_do_not_go_together_are_a_usage_error() {
    for (arguments, error) in [
        (
            &["--demo", "--columns", "node,cpu"][..],
            "error: invalid value 'cpu' for '--columns <COLUMN>': there is no such column",
        ),
        (
            &["--columns", "label_"],
            "error: invalid value 'label_' for '--columns <COLUMN>': there is no such column",
        ),
        (&["--columns", "node", "--columns", "status,node"], "error: the column node is given twice"),
        (
            &["--columns", "node", "-L", "zone"],
            "error: the argument '--columns <COLUMN>' cannot be used with '--label-columns <LABEL>'",
        ),
        (
            &["--columns", "node", "--show-swap"],
            "error: the argument '--columns <COLUMN>' cannot be used with '--show-swap[=<BOOL>]'",
        ),
        (
            &["--columns", "node", "--requests"],
            "error: the argument '--columns <COLUMN>' cannot be used with '--requests'",
        ),
        (
            &["-o", "yaml", "--columns", "node"],
            "error: --columns does not go with -o yaml: the document is always the same; choose with jq",
        ),
        (
            &["-o", "top", "--columns", "node"],
            "error: --columns does not go with -o top: the format is fixed",
        ),
        (
            &["--columns", "node,nodes"],
            "error: the column nodes is one of groups and totals, which are not shown without --group-by or --totals-only",
        ),
        (
            &["--columns", "busiest_node", "--totals-only"],
            "error: the column busiest_node is one of groups, which are not shown without --group-by",
        ),
        (
            &["--columns", "label_pool,age_seconds", "--group-by", "pool"],
            "error: the column age_seconds is one of nodes, which are not shown with --group-by",
        ),
        (
            &["--columns", "label_zone", "--group-by", "pool"],
            "error: the column label_zone is one of nodes, which are not shown with --group-by",
        ),
        (
            &["--columns", "node", "--totals-only"],
            "error: the column node is one of nodes, which are not shown with --totals-only",
        ),
        (
            &["-o", "csv", "--columns", "timestamp,context", "--output-file", "/nonexistent/file"],
            "error: --output-file needs the column node: it tells samples apart by timestamp, context, node",
        ),
    ] {
        assert_usage_error(arguments, error);
    }
}

#[test]
fn formats_of_kubectl_get_are_told_what_does_the_same() {
    let columns = "hint: choose columns by their names: kubectl nodeusage --columns node,cpu_usage_percent";
    let document =
        "hint: take what you need out of the document: kubectl nodeusage -o json | jq -r '.items[].node'";
    for (value, name, hint) in [
        ("custom-columns=NAME:.metadata.name", "custom-columns", columns),
        ("custom-columns", "custom-columns", columns),
        ("custom-columns-file=columns.txt", "custom-columns-file", columns),
        ("jsonpath={.items[*].node}", "jsonpath", document),
        ("jsonpath", "jsonpath", document),
        ("jsonpath-as-json={.items}", "jsonpath-as-json", document),
        ("jsonpath-file=path.txt", "jsonpath-file", document),
        ("go-template={{.}}", "go-template", document),
        ("go-template-file=file", "go-template-file", document),
        ("template={{.}}", "template", document),
        ("templatefile=file", "templatefile", document),
    ] {
        for flag in ["-o", "-o=", "--output="] {
            let outcome = run(nodeusage().arg(format!("{flag}{value}")));
            assert_usage_error(&[&format!("{flag}{value}")], &format!("error: -o {name} is not supported"));
            assert_eq!(outcome.stderr.lines().nth(1), Some(hint), "{value}");
        }
    }
    for hint in [columns, document] {
        let line = hint.split_once("kubectl nodeusage").unwrap().1.split(" | ").next().unwrap();
        demo(&line.split_whitespace().collect::<Vec<_>>());
    }
    // What jq would find.
    let document: serde_json::Value = serde_json::from_str(&demo(&["-o", "json"])).unwrap();
    assert_eq!(document["items"][0]["node"], "simulated-compute-1");
    assert_usage_error(&["-o", "custom=x"], "error: invalid value 'custom=x' for '--output <FORMAT>'");
}

#[test]
fn columns_are_chosen_and_ordered() {
    let chosen = ["-l", "pool=gpu", "--columns", "memory_usage_percent,label_pool", "--columns=node,pods"];
    assert_eq!(
        demo(&chosen),
        "MEMORY(%)  POOL  NAME             PODS\n    45.9%  gpu   simulated-gpu-1     6\n    44.0%  gpu   simulated-gpu-2     7\n"
    );
    assert_eq!(demo(&[&["-o", "wide"], &chosen[..]].concat()), demo(&chosen));
    let csv = demo(&[&["-o", "csv"], &chosen[..]].concat());
    assert_eq!(
        csv,
        "memory_usage_percent,label_pool,node,pods\n45.87339,gpu,simulated-gpu-1,6\n44.001007,gpu,simulated-gpu-2,7\n"
    );
    assert_eq!(demo(&[&["-o", "tsv"], &chosen[..]].concat()), csv.replace(',', "\t"));
    let groups = ["-o", "csv", "--group-by=pool", "--columns=nodes_left_out,label_pool,nodes"];
    assert!(demo(&groups).starts_with("nodes_left_out,label_pool,nodes\n0,compute,4\n"), "{}", demo(&groups));
    assert_eq!(
        demo(&["-o", "csv", "--totals-only", "--columns=nodes_left_out,nodes"]),
        "nodes_left_out,nodes\n1,19\n"
    );
}

/// What a message names exists, and what exists is named.
#[test]
fn an_unknown_column_is_told_which_there_are() {
    let outcome = run(nodeusage().args(["--columns", "cpu"]));
    let hint = outcome.stderr.lines().nth(1).unwrap().strip_prefix("hint: the columns are ").unwrap();
    let names: Vec<_> = hint.strip_suffix(" and label_KEY").unwrap().split(", ").collect();
    let is_of_nodes =
        |name: &&str| run(nodeusage().args(["--demo", "-o", "csv", "--columns", name])).code == 0;
    let (all, others): (Vec<_>, Vec<_>) = names.iter().copied().partition(is_of_nodes);
    assert_eq!(others, ["nodes", "nodes_left_out", "swap_nodes", "busiest_node"]);
    let header = demo(&["-o", "csv", "-l", "pool=none", "--columns", &all.join(",")]);
    assert_eq!(header, all.join(",") + "\n");
    let of_csv = demo(&["-o", "csv", "--requests", "-l", "pool=none"]);
    assert!(of_csv.trim().split(',').all(|name| names.contains(&name)), "{of_csv}");
}

#[test]
fn swap_is_shown_where_it_is_known() {
    let shown = demo(&["--show-swap", "--total", "-l", "pool in (gpu,memory)"]);
    let columns: Vec<_> =
        shown.lines().map(|line| line.split_whitespace().rev().take(2).collect::<Vec<_>>()).collect();
    assert_eq!(columns[0], ["SWAP(%)", "SWAP"]);
    assert_eq!(columns[1], ["<unknown>", "<unknown>"]);
    assert_eq!(columns[3], ["19.0%", "6.1Gi"]);
    assert_eq!(columns[7], ["13.3%", "12.8Gi"]);
    let csv = demo(&["-o", "csv", "--group-by=pool", "--show-swap", "-l", "pool in (gpu,memory)"]);
    let mut rows = csv.lines().map(|row| row.splitn(14, ',').last().unwrap());
    assert_eq!(
        rows.next(),
        Some("busiest_node,swap_nodes,swap_usage_bytes,swap_capacity_bytes,swap_usage_percent")
    );
    assert_eq!(rows.next(), Some("simulated-gpu-1,0,,,"));
    assert_eq!(rows.next(), Some("simulated-memory-1,3,13743882240,103079215104,13.333321"));
    let [json, none] =
        [&["--show-swap", "--total"][..], &["--total"]].map(|flags| demo(&[&["-o", "json"], flags].concat()));
    assert_eq!((json.matches("swap_usage_percent").count(), none.contains("swap")), (21, false));
    assert_eq!(demo(&["--show-swap=false"]), demo(&[]));
    let schema = serde_json::from_str(include_str!("../docs/nodeusagelist.schema.json")).unwrap();
    for flags in [&["--total"][..], &["--group-by=pool", "--total"]] {
        let document = demo(&[&["-o", "json", "--show-swap"], flags].concat());
        jsonschema::validate(&schema, &serde_json::from_str(&document).unwrap()).unwrap();
    }
}

#[test]
fn only_nodes_that_meet_the_conditions_are_shown() {
    let names = |arguments: &[&str]| {
        let names = demo(&[&["-o", "name", "--where"], arguments].concat());
        names.lines().map(|name| name.trim_start_matches("node/simulated-").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&["memory>80%"]), ["memory-1", "memory-2"]);
    assert_eq!(names(&["cpu>=17.5", "--where", "pool=gpu"]), ["gpu-1", "gpu-2"]);
    assert_eq!(names(&["pool!=general", "--where", "memory<12Gi", "--no-taint"]), [""; 0]);
    assert_eq!(names(&["pool=compute", "--schedulable"]), ["compute-1", "compute-3", "compute-4"]);
    let untainted = names(&["cpu>0", "--no-taint"]);
    assert!(untainted.iter().all(|name| !name.contains("gpu") && !name.contains("control-plane")));
}

#[test]
fn nodes_of_which_a_condition_is_unknown_are_counted() {
    let outcome =
        run(nodeusage().args(["--demo", "-o", "name", "--where", "age<1h", "--fail-on", "cpu>1000"]));
    assert_eq!((outcome.code, outcome.stdout.lines().count()), (0, 19));
    assert_eq!(
        outcome.stderr.lines().nth(1).unwrap(),
        "warning: nodes left out, since it is unknown whether they are what they must be: 1"
    );
    let outcome = run(nodeusage().args(["--demo", "--fail-on", "cpu>1000"]));
    assert_eq!(
        outcome.stderr.lines().nth(1).unwrap(),
        "warning: nodes not judged by --fail-on, since what it asks of them is unknown: 1"
    );
}

#[test]
fn a_node_that_meets_fail_on_ends_the_run_with_its_own_code() {
    let found = "note: what --fail-on looks for is found: simulated-memory-1, simulated-memory-2";
    for watch in [&[][..], &["--watch"]] {
        for format in FORMATS {
            let arguments = [&["--demo", "-o", format, "--fail-on", "memory>80%"], watch].concat();
            let outcome = run(nodeusage().args(&arguments));
            assert_eq!(outcome.code, 3, "{arguments:?}: {}", outcome.stderr);
            assert_eq!(outcome.stderr.lines().last().unwrap(), found, "{arguments:?}");
            assert!(outcome.stdout.contains("simulated-general-1"), "{arguments:?}");
        }
    }
    // Only nodes that are shown count.
    demo(&["--fail-on", "memory>80%", "--where", "memory<50%"]);
}

#[test]
fn usage_lines_speak_as_kubectl_calls_it() {
    let link = tempfile::tempdir().unwrap();
    let other_name = link.path().join("kubectl-other");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kubectl-nodeusage"), &other_name).unwrap();
    let outcome = run(program(&other_name).arg("--no-such-flag"));
    assert!(outcome.stderr.contains("Usage: kubectl nodeusage [OPTIONS] [NAME]..."), "{}", outcome.stderr);
    let version = run(program(&other_name).arg("--version")).success();
    assert_eq!(version, concat!("kubectl nodeusage ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// Without a network nobody listens at localhost:8080, whatever this machine runs.
#[test]
fn without_any_configuration() {
    let mut isolated = program("unshare");
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        isolated.arg("--map-root-user");
    }
    let script = r#"ip link set lo up 2>/dev/null; "$0" doctor | sed -n 1,3p; exec "$0""#;
    let outcome = run(isolated.args(["--net", "sh", "-c", script, env!("CARGO_BIN_EXE_kubectl-nodeusage")]));
    let lines: Vec<String> =
        outcome.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines[0], "passed configuration no context, server http://localhost:8080/ (default)");
    assert_eq!(lines[1], "failed server the connection to the server localhost:8080 was refused");
    assert!(lines[2].starts_with("hint: without a kubeconfig this is the server; "), "{lines:?}");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            1,
            "error: the connection to the server localhost:8080 was refused\n\
             hint: without a kubeconfig this is the server; name one with --kubeconfig or KUBECONFIG, or see a \
             simulated cluster with --demo\n"
        )
    );
}

#[test]
fn a_kubeconfig_that_is_not_there() {
    let outcome = run(nodeusage().args(["--kubeconfig", "/nonexistent/config"]));
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            1,
            "error: stat /nonexistent/config: no such file or directory\n\
             hint: check the path after --kubeconfig; without it KUBECONFIG or ~/.kube/config is read\n"
        )
    );
}

#[test]
fn the_configuration_is_shown_without_its_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config");
    let kubeconfig = "{current-context: dev, contexts: [{name: dev, context: {cluster: c, user: u}}],
        clusters: [{name: c, cluster: {server: 'https://h'}}], users: [{name: u, user: {token: s3cret}}]}";
    fs::write(&path, kubeconfig).unwrap();
    let arguments = ["doctor", "--show-config", "--as", "jane", "--insecure-skip-tls-verify"];
    let shown = run(nodeusage().args(arguments).env("KUBECONFIG", &path)).success();
    assert_eq!(
        shown.replace(path.to_str().unwrap(), "FILE"),
        "\
server: https://h/ (FILE)
context: dev (FILE)
namespace: default (default)
insecure-skip-tls-verify: true (--insecure-skip-tls-verify)
as: jane (--as)
token: <masked> (FILE)
"
    );
    let before = run(nodeusage().args(["--as", "jane", "doctor", "--show-config"])).success();
    assert!(before.contains("as: jane (--as)"), "{before}");
}

#[test]
fn rights_as_yaml() {
    let flags =
        ["--with-percent", "--with-requests", "--with-pods", "--example-pod", "--image", "nodeusage:v1"];
    let command = [&["rbac", "--serviceaccount", "dev:node-reader"], &flags[..]].concat();
    insta::assert_snapshot!(run(nodeusage().args(command)).success());
}

#[test]
fn a_node_named_as_a_subcommand_is_a_node() {
    let outcome = run(nodeusage().args(["--demo", "--", "doctor"]));
    assert_eq!(outcome.stderr.lines().nth(1).unwrap(), "error: not found: doctor");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let pipe = r#"set -o pipefail; "$0" --demo -o "$1" | true"#;
    for format in FORMATS {
        let outcome =
            run(program("bash").args(["-c", pipe, env!("CARGO_BIN_EXE_kubectl-nodeusage"), format]));
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (0, 1), "{format}: {outcome:?}");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = nodeusage().arg("--demo").stdout(full).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr.ends_with("error: the output can't be written: No space left on device (os error 28)\n"),
        "{stderr}"
    );
}

#[test]
fn colour_is_for_terminals() {
    const BOLD_RED: &str = "\u{1b}[1m\u{1b}[31m99.2%\u{1b}[0m";
    let binary = env!("CARGO_BIN_EXE_kubectl-nodeusage");
    let on_terminal = |environment: &str, flags: &str| {
        let command = format!("{environment} {binary} --demo {flags}");
        run(program("script").env("TERM", "xterm").args([
            "--quiet",
            "--return",
            "--command",
            &command,
            "/dev/null",
        ]))
        .success()
    };
    assert!(on_terminal("", "").contains(BOLD_RED));
    for plain in [
        on_terminal("", "--no-color"),
        on_terminal("NO_COLOR=1", ""),
        on_terminal("TERM=dumb", ""),
        demo(&[]),
    ] {
        assert!(plain.contains("99.2%") && !plain.contains("\u{1b}[31m"), "{plain:?}");
    }
}
