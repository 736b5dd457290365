//! `-o top` beside `kubectl top nodes`.

use crate::plane::SHARED;

/// Runs both with the same flags on the same samples and compares every byte, after the nodes without a sample were
/// put in the order of names, which is random in kubectl.
fn same_as_kubectl(flags: &[&str]) -> String {
    let (ours, theirs) = SHARED.at_one_moment(|| {
        (
            SHARED.nodeusage(&[&["-o", "top"], flags].concat()).success(),
            SHARED.kubectl(&[&["top", "nodes"], flags].concat()).success(),
        )
    });
    let is_measured = |line: &&str| line.split_whitespace().nth(1) != Some("<unknown>");
    let (mut measured, mut unmeasured): (Vec<_>, Vec<_>) = theirs.lines().partition(is_measured);
    unmeasured.sort_unstable();
    measured.append(&mut unmeasured);
    let ours: Vec<_> = ours.lines().collect();
    assert_eq!(ours, measured, "with {flags:?}");
    theirs
}

#[test]
fn without_flags() {
    let table = same_as_kubectl(&[]);
    assert_eq!(table.lines().count(), 41, "{table}");
    assert!(table.contains("<unknown>"), "the cluster has nodes without samples: {table}");
}

#[test]
fn sorted_by_cpu() {
    same_as_kubectl(&["--sort-by", "cpu"]);
}

#[test]
fn sorted_by_memory() {
    same_as_kubectl(&["--sort-by=memory"]);
}

#[test]
fn of_capacity() {
    let of_capacity = same_as_kubectl(&["--show-capacity"]);
    assert_ne!(of_capacity, same_as_kubectl(&["--show-capacity=false"]));
}

/// metrics-server never has the use of swap; what kubectl makes of that use is compared in tests/differential.
#[test]
fn with_swap() {
    let table = same_as_kubectl(&["--show-swap"]);
    let with_swap = table.lines().filter(|line| line.trim_end().ends_with("0Mi           0%")).count();
    assert!((2..20).contains(&with_swap), "some nodes have swap: {table}");
}

#[test]
fn without_headers() {
    assert!(!same_as_kubectl(&["--no-headers"]).contains("NAME"));
}

#[test]
fn selected_by_label() {
    for selector in
        ["pool=general", "pool in (gpu,memory),kubernetes.io/arch!=arm64", "pool,!nodeusage.test/samples"]
    {
        let lines = same_as_kubectl(&["-l", selector]).lines().count();
        assert!((2..41).contains(&lines), "{selector} selects some: {lines}");
    }
}

#[test]
fn one_name() {
    let name = SHARED.timestamps().into_keys().next().unwrap();
    assert_eq!(same_as_kubectl(&[&name]).lines().count(), 2);
}
