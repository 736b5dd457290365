//! A recorder under test: its file, and what it says of its outages.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    observer::Sample,
    running::{Running, eventually},
    support::environment::in_empty_home,
};

/// The label that is recorded, too.
pub const LABEL: &str = "nodeusage.test/note";

/// A sample that was served for so long while the recorder could read must be in its file; it reads every second.
const NOTICED: Duration = Duration::from_secs(3);

pub struct Recorder {
    running: Running,
    path: PathBuf,
    /// When it could not read, as far as the test knows.
    unreachable: Vec<(Instant, Instant)>,
}

/// A row of its file.
#[derive(Debug, Clone)]
pub struct Row {
    pub timestamp: String,
    pub node: String,
    pub cpu_allocatable: String,
    pub reason: String,
    pub label: String,
}

impl Recorder {
    /// Records once a second, from the server that the arguments lead to.
    pub fn start(path: &Path, connection: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-nodeusage"));
        in_empty_home(&mut command);
        command.args(["-w", "--interval", "1s", "-o", "csv", "-L", LABEL, "--output-file"]).arg(path);
        let running = Running::start(command.args(connection).stdout(Stdio::null()));
        Self { running, path: path.to_owned(), unreachable: Vec::new() }
    }

    /// The rows so far; each must be whole.
    pub fn rows(&self) -> Vec<Row> {
        let Ok(mut reader) = csv::Reader::from_path(&self.path) else { return Vec::new() };
        let row = |row: csv::StringRecord| Row {
            timestamp: row[0].to_owned(),
            node: row[2].to_owned(),
            cpu_allocatable: row[4].to_owned(),
            reason: row[12].to_owned(),
            label: row[13].to_owned(),
        };
        reader.records().map_while(Result::ok).map(row).collect()
    }

    /// The nodes that it has rows of.
    pub fn nodes(&self) -> BTreeSet<String> {
        self.rows().into_iter().map(|row| row.node).collect()
    }

    /// Waits for a row.
    #[track_caller]
    pub fn writes(&self, what: &str, is_wanted: impl Fn(&Row) -> bool) -> Row {
        eventually(what, || self.rows().into_iter().find(&is_wanted))
    }

    /// How many outages have begun, and how many have ended.
    pub fn outages(&self) -> [usize; 2] {
        let said = self.running.stderr();
        ["the cluster can't be read: ", "the cluster is read again, after "]
            .map(|words| said.matches(words).count())
    }

    /// Waits for so many outages to have begun, or ended.
    #[track_caller]
    fn has_had(&self, which: usize, count: usize) {
        eventually(&format!("outage {count} of {}", self.running.stderr()), || {
            (self.outages()[which] == count).then_some(())
        });
    }

    /// Ends it, and gives its standard error.
    pub fn end(&mut self) -> String {
        // What is served from now on, it can't know.
        let now = Instant::now();
        self.unreachable.push((now, now + Duration::from_hours(1)));
        let (code, took) = self.running.end(Signal::TERM);
        assert_eq!(code, Some(0), "{}", self.running.stderr());
        assert!(took < Duration::from_secs(1), "{took:?}");
        self.running.stderr()
    }

    /// Holds the file against what somebody else saw: all of it that could be read, once, in order, and nothing else. Gives
    /// the number of samples that had to be there.
    pub fn assert_complete(&self, seen: &BTreeMap<Sample, Vec<Instant>>) -> usize {
        let mut reader = csv::Reader::from_path(&self.path).unwrap();
        assert!(reader.records().all(|row| row.is_ok()), "no row is torn");
        let mut recorded: BTreeMap<String, String> = BTreeMap::new();
        let mut samples = Vec::new();
        for row in self.rows() {
            if row.timestamp.is_empty() {
                assert_eq!(row.reason, "NoMetrics", "{row:?}");
                continue;
            }
            let former = recorded.insert(row.node.clone(), row.timestamp.clone());
            assert!(former.is_none_or(|former| former < row.timestamp), "twice or not in order: {row:?}");
            samples.push((row.node, row.timestamp));
        }
        for sample in &samples {
            assert!(seen.contains_key(sample), "nobody has seen {sample:?}");
        }
        let needed: Vec<_> = seen.iter().filter(|(_, times)| self.must_have_noticed(times)).collect();
        for (sample, times) in &needed {
            let missing = (times[0].elapsed(), times[times.len() - 1].elapsed());
            assert!(samples.contains(sample), "{sample:?} is missing, seen from and to {missing:?} ago");
        }
        needed.len()
    }

    fn must_have_noticed(&self, times: &[Instant]) -> bool {
        let is_long_enough = |from: Instant, to: Instant| {
            to.duration_since(from) >= NOTICED
                && self.unreachable.iter().all(|(begin, end)| to < *begin || *end < from)
        };
        times.iter().enumerate().any(|(at, from)| times[at..].iter().any(|to| is_long_enough(*from, *to)))
    }
}

/// Something fails until it is mended; each recorder says its begin and its end, once. `is_felt_at_once` says whether it
/// keeps them from reading before they say so.
#[track_caller]
pub fn outage(
    recorders: &mut [&mut Recorder],
    is_felt_at_once: bool,
    fault: impl FnOnce(),
    mend: impl FnOnce(),
) {
    let mut begin = Instant::now();
    let before: Vec<_> = recorders.iter().map(|recorder| recorder.outages()).collect();
    fault();
    for (recorder, [begun, _]) in recorders.iter().zip(&before) {
        recorder.has_had(0, begun + 1);
    }
    if !is_felt_at_once {
        begin = Instant::now();
    }
    mend();
    for (recorder, [_, ended]) in recorders.iter_mut().zip(&before) {
        recorder.has_had(1, ended + 1);
        recorder.unreachable.push((begin, Instant::now()));
    }
}

/// Something that may keep a recorder from a reading or two.
#[track_caller]
pub fn disturbance(recorders: &[&Recorder], fault: impl FnOnce()) {
    fault();
    for recorder in recorders {
        let [begun, _] = recorder.outages();
        recorder.has_had(1, begun);
    }
}
