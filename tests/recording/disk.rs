//! A disk that is full for a while.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use rustix::process::Signal;

use crate::{
    cluster::Cluster,
    environment::in_empty_home,
    file::{assert_complete, lines, samples},
    running::{Running, eventually},
};

/// A recorder that sees a file system of 1 MiB at a place.
fn with_small_disk(recorder: &Command, place: &Path) -> Running {
    let mut command = Command::new("unshare");
    in_empty_home(&mut command);
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() != 0) {
        command.arg("--map-root-user");
    }
    let script = r#"mount -t tmpfs -o size=1m tmpfs "$1"; shift; exec "$@""#;
    command.args(["--mount", "sh", "-ec", script, "sh"]).arg(place);
    command.arg(recorder.get_program()).args(recorder.get_args());
    Running::start(command.stdout(Stdio::null()))
}

/// Fills a file system to its last byte.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [4096, 1] {
        let part = vec![b'x'; size];
        let full = loop {
            if let Err(error) = file.write_all(&part) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull);
    }
}

#[test]
fn a_full_disk_is_said_once_and_nothing_is_missing_when_there_is_room_again() {
    const NODES: usize = 300;
    let cluster = Cluster::of(NODES);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("use.csv");
    let mut recorder =
        with_small_disk(&cluster.recorder(&["--output-file", path.to_str().unwrap()]), dir.path());
    // The disk as the recorder sees it.
    let seen = |path: &Path| -> PathBuf { format!("/proc/{}/root{}", recorder.pid(), path.display()).into() };
    let (file, filler) = (seen(&path), seen(&dir.path().join("filler")));
    eventually("rows are written", || (lines(&file).0.lines().count() > NODES).then_some(()));

    fill(&filler);
    recorder.says("can't be recorded to");
    cluster.is_read_again(3);
    let (while_full, torn) = lines(&file);
    assert_eq!(torn, 0);
    samples(&while_full, ',');
    assert_eq!(recorder.stderr().lines().count(), 2, "{}", recorder.stderr());

    fs::remove_file(&filler).unwrap();
    recorder.says("recording goes on");
    cluster.is_read_again(1);
    let last = cluster.readings() - 1;
    let (lines, torn) = lines(&file);
    assert_eq!(torn, 0);
    let (code, _) = recorder.end(Signal::TERM);
    assert_eq!(code, Some(0));
    let rows = 1 + NODES * usize::try_from(last).unwrap();
    assert_complete(&lines.split_inclusive('\n').take(rows).collect::<String>(), NODES, last);

    let said = recorder.stderr();
    let said: Vec<_> = said.lines().collect();
    assert!(said[0].starts_with("warning: ") && said[0].contains(" nothing can be recorded: "), "{said:?}");
    assert!(
        said[0].contains(&format!("{} can't be recorded to: No space left on device", path.display())),
        "{said:?}"
    );
    assert!(said[1].starts_with("hint: check the folder, its rights and the room on its disk"), "{said:?}");
    assert!(said[2].starts_with("note: ") && said[2].contains(" recording goes on, after "), "{said:?}");
    assert_eq!(said.len(), 3, "{said:?}");
}

#[test]
fn rows_that_find_no_room_until_the_end_are_a_failure() {
    let cluster = Cluster::of(300);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("use.csv");
    let mut recorder =
        with_small_disk(&cluster.recorder(&["--output-file", path.to_str().unwrap()]), dir.path());
    let place = format!("/proc/{}/root{}", recorder.pid(), dir.path().display());
    eventually("rows are written", || {
        fs::metadata(format!("{place}/use.csv")).ok().filter(|file| file.len() > 0)
    });
    fill(Path::new(&format!("{place}/filler")));
    recorder.says("can't be recorded to");
    let (code, _) = recorder.end(Signal::TERM);
    let said = recorder.stderr();
    assert_eq!(code, Some(1), "{said}");
    let error = format!("\nerror: {} can't be recorded to: No space left on device", path.display());
    assert!(said.contains(&error), "{said}");
}
