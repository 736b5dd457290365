//! When a watch reads, when it ends, and what it repeats.

use std::{
    io::Read,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    cluster::Cluster,
    file::{HEADER, assert_complete, samples},
    running::Running,
};

/// What a watch prints until it ends by itself, and how long that took.
fn output(command: &mut Command) -> (String, Duration) {
    let begun = Instant::now();
    let mut watch = Running::start(command.stdout(Stdio::piped()));
    let mut output = String::new();
    watch.stdout().read_to_string(&mut output).unwrap();
    assert!(watch.wait().success(), "{}", watch.stderr());
    (output, begun.elapsed())
}

#[test]
fn a_count_ends_it_after_so_many_readings_a_second_apart() {
    let cluster = Cluster::of(3);
    let (output, took) = output(&mut cluster.recorder(&["--count=3"]));
    assert_complete(&output, 3, 3);
    assert_eq!(cluster.readings(), 3);
    assert!(took >= Duration::from_secs(2), "{took:?}");
}

#[test]
fn a_time_ends_it_when_it_is_over() {
    let cluster = Cluster::of(1);
    let (output, took) = output(&mut cluster.recorder(&["--for=2500ms"]));
    assert_complete(&output, 1, cluster.readings());
    assert!((1..=3).contains(&cluster.readings()), "{output}");
    assert!((2500..4500).contains(&took.as_millis()), "{took:?}");
}

#[test]
fn samples_that_are_not_renewed_are_repeated_only_when_that_is_asked_for() {
    let cluster = Cluster::of(2);
    let (first, _) = output(&mut cluster.recorder(&["--count=1"]));
    cluster.renew_no_more();
    let (once, _) = output(&mut cluster.recorder(&["--count=3"]));
    assert_eq!(once, first);
    let (repeated, _) = output(&mut cluster.recorder(&["--count=3", "--repeat"]));
    let rows = first.strip_prefix(&format!("{HEADER}\n")).unwrap();
    assert_eq!(repeated, format!("{HEADER}\n{rows}{rows}{rows}"));
    assert_eq!(samples(&once, ',').len(), 2);
}
