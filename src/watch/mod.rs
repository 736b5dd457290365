//! The only loop: reads on a fixed grid, survives what fails, and hands each reading on.

mod outage;
mod renewal;
mod sink;

use std::{
    io::{ErrorKind, Write},
    pin::{Pin, pin},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout, timeout_at};

use crate::{
    backoff::Backoff,
    client::{Messages, Patience},
    error::Error,
    record::LastRows,
    render::{Format, Style, live::Live},
    report::Report,
    run::{self, Cluster, Job, Outcome},
    screen::Screen,
    signals::{self, Notice, Stop},
    source::{self, Nodes, Query, Received, Selection},
    trend::Trends,
};
use outage::Outage;
use renewal::Renewals;
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

/// The least and the most that a server may be silent within a reading. In between it is four times what the last reading
/// took, so that a dead connection is soon given up and a slow server is not.
const SHORTEST_SILENCE: Duration = Duration::from_secs(5);
const LONGEST_SILENCE: Duration = Duration::from_secs(90);

/// How long nodes may go without news before that is said; a server that restarts is back sooner.
const QUIET_NODES: Duration = Duration::from_mins(1);

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

/// Reads the cluster again and again, until the pace's end, until it is stopped, or until a node meets what is to end it.
///
/// # Errors
///
/// What makes the first reading fail, or the output. [`Error::Interrupted`] when it is stopped before the first output.
pub async fn watch(
    job: &Job,
    pace: &Pace,
    cluster: Cluster,
    out: Box<dyn Write + Send>,
    messages: &Messages,
) -> Result<Outcome, Error> {
    let mut stop = Stop::listen().map_err(Error::Output)?;
    let (mut sink, last) = match &job.output_file {
        Some(path) => Sink::file(path, job.layout(&cluster), messages)?,
        None => (Sink::Stream(Some(out)), LastRows::default()),
    };
    let started = Instant::now();
    let mut first = tokio::select! {
        read = job.read(&cluster) => read?,
        () = stop.told() => return Err(Error::Interrupted),
    };
    if let Err(error) = run::remarks(&first, &job.report(&cluster, &first), job, messages) {
        match error {
            Error::NoSamples | Error::Unreadable(_) => messages.say(&format!("warning: {error}")),
            error => return Err(error),
        }
    }
    let samples = std::mem::take(&mut first.samples);
    let nodes = Nodes::from(first);
    nodes.now().snapshot.samples = samples;
    let follow: Pin<Box<dyn Future<Output = ()>>> =
        Box::pin(nodes.follow(&cluster.client, &job.query, messages));
    if pace.is_live {
        sink = Sink::Screen(Screen::enter().map_err(Error::Output)?);
        messages.hold();
    }
    let mut frames = interval(Duration::from_secs(1));
    frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut watch = Watch {
        job,
        pace,
        cluster: &cluster,
        messages,
        nodes: &nodes,
        follow,
        stop,
        hangup: Notice::of_hangup(job.output_file.is_some()).map_err(Error::Output)?,
        resize: Notice::of_resize(pace.is_live).map_err(Error::Output)?,
        suspension: Notice::of_suspension(pace.is_live).map_err(Error::Output)?,
        frames,
        sink,
        last,
        renewals: Renewals::new(pace.interval),
        trends: Trends::default(),
        reading: Outage::new("the cluster can't be read", "the cluster is read again"),
        following: Outage::new("nothing is heard of changes of nodes", "changes of nodes are heard of again"),
        following_pods: Outage::new(
            "nothing is heard of changes of pods",
            "changes of pods are heard of again",
        ),
        undecided: Vec::new(),
        is_first: true,
        next: None,
    };
    let outcome = watch.go_on(started).await;
    // Rows that never find room are no success, however the end came.
    let finished = timeout(LAST_WRITE, watch.sink.finish(messages)).await;
    drop(watch);
    messages.release();
    match outcome {
        Ok(()) | Err(End::Stopped | End::Matched) => {
            let outcome = if matches!(outcome, Err(End::Matched)) { Outcome::Matched } else { Outcome::Done };
            finished.unwrap_or_else(|_| Err(Error::Output(ErrorKind::TimedOut.into()))).map(|()| outcome)
        }
        Err(End::Failed(error)) => Err(error),
    }
}

struct Watch<'a> {
    job: &'a Job,
    pace: &'a Pace,
    cluster: &'a Cluster,
    messages: &'a Messages,
    nodes: &'a Nodes,
    follow: Pin<Box<dyn Future<Output = ()> + 'a>>,
    stop: Stop,
    hangup: Notice,
    resize: Notice,
    suspension: Notice,
    frames: Interval,
    sink: Sink,
    last: LastRows,
    renewals: Renewals,
    trends: Trends,
    reading: Outage,
    following: Outage,
    following_pods: Outage,
    /// What was said last of nodes that could not be decided about.
    undecided: Vec<String>,
    is_first: bool,
    /// When the next reading begins; `None` while one is under way.
    next: Option<Instant>,
}

impl Watch<'_> {
    /// From the first reading on, which has begun at `started`.
    async fn go_on(&mut self, started: Instant) -> Result<(), End> {
        let end = self.pace.limit.map(|limit| started + limit);
        let mut backoff = Backoff::new(self.pace.interval);
        let mut silence = silence_after(started.elapsed());
        let mut readings = 1;
        self.deliver().await?;
        let mut next = self.on_grid(started);
        while self.pace.count.is_none_or(|count| readings < count) {
            self.next = Some(next);
            if let Some(end) = end.filter(|end| *end <= next) {
                return self.meanwhile(sleep_until(end)).await;
            }
            self.meanwhile(sleep_until(next)).await?;
            self.next = None;
            let begun = Instant::now();
            let reading = self.read(silence);
            let read = match end {
                None => reading.await?,
                Some(end) => match timeout_at(end, reading).await {
                    Ok(read) => read?,
                    Err(_) => return Ok(()),
                },
            };
            next = match read {
                Ok(()) => {
                    backoff.reset();
                    silence = silence_after(begun.elapsed());
                    readings += 1;
                    self.reading.ended(self.messages);
                    self.deliver().await?;
                    self.on_grid(started)
                }
                Err(error) => {
                    if matches!(error, Error::Timeout { .. }) {
                        silence = (silence * 2).min(LONGEST_SILENCE);
                    }
                    self.reading.failed(&error, self.messages);
                    Instant::now() + backoff.after(&error)
                }
            };
        }
        Ok(())
    }

    /// Reads once. What lasts unusually long is said while it lasts.
    async fn read(&mut self, silence: Duration) -> Result<Result<(), Error>, End> {
        let (job, cluster, nodes) = (self.job, self.cluster, self.nodes);
        let client = cluster.client.with(Patience::Within(silence));
        let mut reading = pin!(async move {
            let received = Received::default();
            if let Selection::Named(_) = job.query.selection {
                // Pods are followed.
                let query = Query { pods: false, ..job.query.clone() };
                let mut read = source::read(&client, &query, &cluster.served, &received).await?;
                let samples = std::mem::take(&mut read.samples);
                nodes.replace(read);
                return Ok(samples);
            }
            let read = source::samples(&client, &job.query, &cluster.served, &received).await?;
            // What can't be read is unknown; that was said of the first reading.
            Ok(read.objects)
        });
        let read = if let Ok(read) = self.meanwhile(timeout(silence * 2, &mut reading)).await? {
            read
        } else {
            let problem = "no answer yet".to_owned();
            let server = cluster.client.server().to_owned();
            self.reading.failed(&Error::Timeout { server, problem }, self.messages);
            self.meanwhile(reading).await?
        };
        Ok(read.map(|samples| nodes.now().snapshot.samples = samples))
    }

    /// Hands on what was read last, and ends where a node of it makes the run fail.
    async fn deliver(&mut self) -> Result<(), End> {
        self.renewals.note(&mut self.nodes.now().snapshot.samples, Instant::now());
        self.say_how_nodes_go();
        let (outcome, record) = {
            let kept = self.nodes.now();
            let report = self.job.report(self.cluster, &kept.snapshot);
            let outcome = self.judge(&report);
            if let (Sink::Screen(_), Some(rows)) = (&self.sink, &report.rows) {
                self.trends.note(rows);
            }
            (outcome, self.record_of(report))
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

    fn say_how_nodes_go(&mut self) {
        let kept = self.nodes.now();
        for (following, outage) in
            [(&kept.nodes, &mut self.following), (&kept.pods, &mut self.following_pods)]
        {
            match &following.failing {
                None => outage.ended(self.messages),
                Some((since, error)) => {
                    if Timestamp::now().duration_since(*since).unsigned_abs() >= QUIET_NODES {
                        outage.failed(error, self.messages);
                    }
                }
            }
        }
    }

    /// Waits for something, and meanwhile follows the nodes, draws the screen and listens to the system.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, End> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                outcome = &mut work => return Ok(outcome),
                () = self.stop.told() => return Err(End::Stopped),
                () = &mut self.follow => {}
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
        let failing = self
            .reading
            .text()
            .or_else(|| self.following.text())
            .or_else(|| self.following_pods.text())
            .or_else(|| self.sink.failing());
        let Sink::Screen(screen) = &mut self.sink else { return Ok(()) };
        let kept = self.nodes.now();
        let report = self.job.report(self.cluster, &kept.snapshot);
        let live = Live {
            style: self.job.style,
            wide: self.job.format == Format::Wide,
            trends: &self.trends,
            interval: self.pace.interval,
            next_in: self.next.map(|next| next.saturating_duration_since(Instant::now())),
            failing,
        };
        let (width, height) = Screen::size();
        Ok(screen.draw(&live.frame(&report, width, height)).map_err(Error::Output)?)
    }

    /// The next moment on the grid.
    fn on_grid(&self, started: Instant) -> Instant {
        let elapsed = started.elapsed().as_nanos();
        let interval = self.pace.interval.as_nanos();
        let ticks = elapsed / interval + 1;
        started + self.pace.interval * u32::try_from(ticks).unwrap_or(u32::MAX)
    }
}

/// How long a server may be silent that took so long the last time.
fn silence_after(took: Duration) -> Duration {
    (took * 4).clamp(SHORTEST_SILENCE, LONGEST_SILENCE)
}
