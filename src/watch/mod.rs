//! The only loop: reads on a fixed grid, survives what fails, and hands each reading on.

mod outage;
mod reader;
mod renewal;
mod sink;

use std::{
    cell::RefMut,
    io::{ErrorKind, Write},
    pin::{Pin, pin},
    sync::MutexGuard,
    time::Duration,
};

use futures_util::{FutureExt, future::join_all};
use tokio::{
    sync::Notify,
    time::{Instant, Interval, MissedTickBehavior, interval, timeout, timeout_at},
};

use crate::{
    client::Messages,
    error::Error,
    record::LastRows,
    render::{Format, Style, live::Live},
    report::Report,
    run::{self, Cluster, Job, Outcome, Reading},
    screen::Screen,
    signals::{self, Notice, Stop},
    source::{Kept, Received},
    trend::Trends,
};
use reader::{Progress, Reader};
use sink::Sink;

/// How often, and how long.
#[derive(Debug, Clone)]
pub struct Pace {
    /// From one reading to the next.
    pub interval: Duration,
    /// The number of readings after which it ends.
    pub count: Option<u64>,
    /// The time after which it ends.
    pub limit: Option<Duration>,
    /// Records also hold samples that the server has not renewed.
    pub repeat: bool,
    /// Whether reports are drawn on the terminal's other screen.
    pub is_live: bool,
}

/// How long a report that is being written may take to its end when the user wants to stop.
const LAST_WRITE: Duration = Duration::from_millis(700);

/// Why the loop ends before its time.
enum End {
    Stopped,
    Matched,
    Failed(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Reads the clusters again and again, until the pace's end, until it is stopped, or until a node meets what is to end it.
///
/// # Errors
///
/// What makes the first reading fail, of all clusters where there are several, or the output. [`Error::Interrupted`] when
/// it is stopped before the first output.
pub async fn watch(
    job: &Job,
    pace: &Pace,
    out: Box<dyn Write + Send>,
    messages: &Messages,
) -> Result<Outcome, Error> {
    let mut stop = Stop::listen().map_err(Error::Output)?;
    let (mut sink, last) = match &job.output_file {
        Some(path) => Sink::file(path, job.layout(), messages)?,
        None => (Sink::Stream(Some(out)), LastRows::default()),
    };
    let started = Instant::now();
    let ended = Notify::new();
    let contexts = job.contexts()?.into_iter();
    let readers: Vec<_> = contexts.map(|context| Reader::new(job, pace, context, messages, &ended)).collect();
    let first = tokio::select! {
        begun = begin(job, &readers, messages) => begun?,
        () = stop.told() => return Err(Error::Interrupted),
    };
    let go_on = readers.iter().zip(first).map(|(reader, cluster)| reader.go_on(cluster));
    let reading: Pin<Box<dyn Future<Output = ()>>> = Box::pin(join_all(go_on).map(drop));
    if pace.is_live {
        sink = Sink::Screen(Screen::enter().map_err(Error::Output)?);
        messages.hold();
    }
    let mut frames = interval(Duration::from_secs(1));
    frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut watch = Watch {
        job,
        pace,
        messages,
        readers: &readers,
        reading,
        ended: &ended,
        stop,
        hangup: Notice::of_hangup(job.output_file.is_some()).map_err(Error::Output)?,
        resize: Notice::of_resize(pace.is_live).map_err(Error::Output)?,
        suspension: Notice::of_suspension(pace.is_live).map_err(Error::Output)?,
        frames,
        sink,
        last,
        trends: Trends::default(),
        undecided: Vec::new(),
        is_first: true,
    };
    let outcome = watch.go_on(started).await;
    // Rows that never find room are no success, however the end came.
    let finished = timeout(LAST_WRITE, watch.sink.finish(messages)).await;
    drop(watch);
    messages.release();
    let outcome = match outcome {
        Ok(()) | Err(End::Stopped) => Outcome::Done,
        Err(End::Matched) => Outcome::Matched,
        Err(End::Failed(error)) => return Err(error),
    };
    finished.unwrap_or_else(|_| Err(Error::Output(ErrorKind::TimedOut.into())))?;
    // Of several clusters, one that fails now is missing from what was handed on last.
    let failed = readers.iter().filter(|reader| reader.progress().failure.is_some()).count();
    if failed > 0 && job.is_of_several(readers.len()) {
        return Err(Error::Clusters { failed, of: readers.len() });
    }
    Ok(outcome)
}

/// Reads all clusters for the first time, and says what is worth knowing of them. Of several, some may fail.
async fn begin(
    job: &Job,
    readers: &[Reader<'_>],
    messages: &Messages,
) -> Result<Vec<Option<Cluster>>, Error> {
    let received = Received::default();
    let reading = join_all(readers.iter().map(|reader| reader.begin(&received)));
    let (mut begun, mut failed) = (Vec::new(), 0);
    for (reader, outcome) in readers.iter().zip(job.shown_while(reading, &received).await) {
        match outcome {
            Err(error) if !job.is_of_several(readers.len()) => return Err(error),
            Err(error) => {
                reader.failed(error);
                failed += 1;
                begun.push(None);
            }
            Ok(cluster) => begun.push(Some(cluster)),
        }
    }
    if failed == readers.len() {
        return Err(Error::Clusters { failed, of: failed });
    }
    let held = Held::of(job, readers);
    let readings = held.readings(|progress| progress.readings > 0);
    match run::remarks(&readings, &job.report(&readings), job, messages) {
        Err(error @ (Error::NoSamples | Error::Unreadable(_))) => messages.say(&format!("warning: {error}")),
        // What is wrong with each was said.
        Ok(()) | Err(Error::Clusters { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(begun)
}

/// What the readers have read, which does not change while it is held.
struct Held<'a> {
    job: &'a Job,
    readers: Vec<(RefMut<'a, Progress>, MutexGuard<'a, Kept>)>,
}

impl<'a> Held<'a> {
    fn of(job: &'a Job, readers: &'a [Reader<'_>]) -> Self {
        Self { job, readers: readers.iter().map(|reader| (reader.progress(), reader.nodes.now())).collect() }
    }

    fn readings(&self, are_wanted: impl Fn(&Progress) -> bool) -> Vec<Reading<'_>> {
        let wanted = self.readers.iter().filter(|(progress, _)| are_wanted(progress));
        let several = self.job.is_of_several(self.readers.len());
        wanted.map(|(progress, kept)| progress.reading(&kept.snapshot, several)).collect()
    }
}

struct Watch<'a> {
    job: &'a Job,
    pace: &'a Pace,
    messages: &'a Messages,
    readers: &'a [Reader<'a>],
    /// All of their work.
    reading: Pin<Box<dyn Future<Output = ()> + 'a>>,
    /// Told when one of their readings has ended.
    ended: &'a Notify,
    stop: Stop,
    hangup: Notice,
    resize: Notice,
    suspension: Notice,
    frames: Interval,
    sink: Sink,
    last: LastRows,
    trends: Trends,
    /// What was said last of nodes that could not be decided about.
    undecided: Vec<String>,
    is_first: bool,
}

impl Watch<'_> {
    /// From the first readings on, which have begun at `started`.
    async fn go_on(&mut self, started: Instant) -> Result<(), End> {
        let end = self.pace.limit.map(|limit| started + limit);
        loop {
            let is_over = end.is_some_and(|end| end <= Instant::now());
            let is_awaited = self.readers.iter().any(|reader| reader.progress().is_awaited()) && !is_over;
            // Records are written as they come; whoever reads tables wants them whole.
            if self.is_news() && (self.pace.is_live || self.job.format.is_record() || !is_awaited) {
                self.deliver().await?;
            }
            if is_over {
                return Ok(());
            }
            let readings = self.readers.iter().map(|reader| reader.progress().readings).max();
            if self.pace.count.is_some_and(|count| readings >= Some(count)) && !is_awaited {
                return Ok(());
            }
            let ended = self.ended;
            let has_time = async {
                match end {
                    None => ended.notified().await,
                    Some(end) => drop(timeout_at(end, ended.notified()).await),
                }
            };
            self.meanwhile(has_time).await?;
        }
    }

    fn is_news(&self) -> bool {
        self.readers.iter().any(|reader| reader.progress().is_news)
    }

    /// Hands on what was read last, and ends where a node of it makes the run fail.
    async fn deliver(&mut self) -> Result<(), End> {
        self.readers.iter().for_each(Reader::say_how_nodes_go);
        let (outcome, record) = {
            let mut held = Held::of(self.job, self.readers);
            let all = self.job.report(&held.readings(|_| true));
            let outcome = self.judge(&all);
            if let (Sink::Screen(_), Some(rows)) = (&self.sink, &all.rows) {
                self.trends.note(rows);
            }
            let record = if self.job.is_of_several(self.readers.len()) && self.job.format.is_record() {
                let news = held.readings(|progress| progress.is_news || progress.failure.is_some());
                self.record_of(self.job.report(&news))
            } else {
                self.record_of(all)
            };
            held.readers.iter_mut().for_each(|(progress, _)| progress.is_news = false);
            (outcome, record)
        };
        self.draw()?;
        if let Some(record) = record {
            self.write(record).await?;
        }
        if outcome == Outcome::Matched { Err(End::Matched) } else { Ok(()) }
    }

    fn judge(&mut self, report: &Report<'_>) -> Outcome {
        let undecided = run::undecided(report);
        if undecided != self.undecided {
            for line in &undecided {
                self.messages.say(line);
            }
            self.undecided = undecided;
        }
        run::outcome(report, self.messages)
    }

    async fn write(&mut self, record: Vec<u8>) -> Result<(), End> {
        let mut sink = std::mem::replace(&mut self.sink, Sink::Stream(None));
        let outcome = {
            let mut writing = pin!(sink.write(record, self.messages));
            match self.meanwhile(&mut writing).await {
                Ok(outcome) => outcome,
                Err(end) => {
                    // Who does not read any more gets no more time.
                    let _ = timeout(LAST_WRITE, writing).await;
                    return Err(end);
                }
            }
        };
        self.sink = sink;
        Ok(outcome?)
    }

    /// What is to be written of a report; `None` where nothing is new in it, and where it is drawn.
    fn record_of(&mut self, mut report: Report<'_>) -> Option<Vec<u8>> {
        if let Sink::Screen(_) = self.sink {
            return None;
        }
        let is_file = matches!(self.sink, Sink::File(_));
        let is_repeated = self.pace.repeat || !self.job.format.is_record();
        if !is_repeated && !self.last.keep_new(&mut report) {
            // Rows that wait for room on the disk are tried again.
            return is_file.then(Vec::new);
        }
        let is_first = std::mem::take(&mut self.is_first);
        let style = Style {
            no_headers: self.job.style.no_headers
                || is_file
                || !is_first && matches!(self.job.format, Format::Csv | Format::Tsv),
            one_line: true,
            ..self.job.style
        };
        let separator = if is_first { "" } else { self.job.format.separator() };
        let mut bytes = separator.as_bytes().to_vec();
        bytes.extend(self.job.rows(&report, style));
        Some(bytes)
    }

    /// Waits for something, and meanwhile goes on reading, draws the screen and listens to the system.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, End> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                outcome = &mut work => return Ok(outcome),
                () = self.stop.told() => return Err(End::Stopped),
                () = &mut self.reading => {}
                () = self.hangup.come() => self.sink.reopen(self.messages),
                () = self.resize.come() => self.draw()?,
                () = self.suspension.come() => self.make_way().await?,
                _ = self.frames.tick(), if self.pace.is_live => self.draw()?,
            }
        }
    }

    /// Gives the terminal to the shell until the user wants it back.
    async fn make_way(&mut self) -> Result<(), End> {
        let Sink::Screen(screen) = &mut self.sink else { return Ok(()) };
        screen.suspend();
        signals::stop_oneself().await.map_err(Error::Output)?;
        screen.resume().map_err(Error::Output)?;
        self.draw()
    }

    fn draw(&mut self) -> Result<(), End> {
        let Sink::Screen(screen) = &mut self.sink else { return Ok(()) };
        let held = Held::of(self.job, self.readers);
        let report = self.job.report(&held.readings(|_| true));
        let failing = held.readers.iter().filter_map(|(progress, _)| {
            let failing = progress.failing()?;
            let context = progress.context.as_deref().filter(|_| self.job.is_of_several(self.readers.len()));
            Some(context.map(|context| format!("{context}: {failing}")).unwrap_or(failing))
        });
        let next = held.readers.iter().filter_map(|(progress, _)| progress.next).min();
        let live = Live {
            style: self.job.style,
            wide: self.job.format == Format::Wide,
            trends: &self.trends,
            interval: self.pace.interval,
            next_in: next.map(|next| next.saturating_duration_since(Instant::now())),
            failing: failing.collect(),
        };
        let (width, height) = Screen::size();
        Ok(screen.draw(&live.frame(&report, width, height)).map_err(Error::Output)?)
    }
}
