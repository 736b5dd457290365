//! A recorder that is killed at any moment.

use std::{process::Stdio, thread, time::Duration};

use crate::{
    cluster::Cluster,
    file::{lines, samples},
    running::Running,
};

const RECORDERS: u64 = 5;
const KILLS: u64 = 200;

/// Milliseconds; the first rows are written after some hundred of them, the next ones a second later.
const LONGEST_LIFE: u64 = 700;

/// Enough that a row is torn now and then.
const NODES: usize = 1_000;

#[test]
fn whatever_moment_it_is_killed_at_the_file_stays_whole() {
    let seed = std::env::var("NODEUSAGE_TEST_SEED");
    let seed: u64 = seed.map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("NODEUSAGE_TEST_SEED={seed}");
    let torn: usize = thread::scope(|scope| {
        let recorders: Vec<_> = (0..RECORDERS)
            .map(|number| scope.spawn(move || kill_again_and_again(seed.wrapping_add(number))))
            .collect();
        recorders.into_iter().map(|recorder| recorder.join().unwrap()).sum()
    });
    println!("{torn} of {KILLS} kills left a torn row");
}

/// Gives how many kills left a torn row.
fn kill_again_and_again(seed: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let cluster = Cluster::of(NODES);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("use.csv");
    let arguments = ["--output-file", path.to_str().unwrap()];
    let mut kills_with_torn_row = 0;
    for _ in 0..KILLS / RECORDERS {
        let mut recorder = Running::start(cluster.recorder(&arguments).stdout(Stdio::null()));
        thread::sleep(Duration::from_millis(random.u64(..LONGEST_LIFE)));
        recorder.kill();
        // A torn row that the former start has not dropped is joined with the next one, and no row.
        let (whole, torn) = lines(&path);
        samples(&whole, ',');
        kills_with_torn_row += usize::from(torn > 0);
    }
    let mut last = Running::start(cluster.recorder(&arguments).arg("--count=1").stdout(Stdio::null()));
    assert!(last.wait().success());
    let (whole, torn) = lines(&path);
    assert_eq!((samples(&whole, ',').len(), torn), (NODES, 0));
    kills_with_torn_row
}
