//! One cluster of a watch: read on the grid, followed in between, and tried again where it fails.

use std::{
    cell::{RefCell, RefMut},
    pin::pin,
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout},
};

use super::{Pace, outage::Outage, renewal::Renewals};
use crate::{
    backoff::Backoff,
    client::{Messages, Patience},
    error::Error,
    run::{self, Cluster, Job, Reading},
    snapshot::{Sample, Snapshot},
    source::{self, Nodes, Query, Received, Selection},
};

/// The least and the most that a server may be silent within a reading. In between it is four times what the last reading
/// took, so that a dead connection is soon given up and a slow server is not.
const SHORTEST_SILENCE: Duration = Duration::from_secs(5);
const LONGEST_SILENCE: Duration = Duration::from_secs(90);

/// How long nodes may go without news before that is said; a server that restarts is back sooner.
const QUIET_NODES: Duration = Duration::from_mins(1);

/// Reads one cluster again and again.
pub struct Reader<'a> {
    job: &'a Job,
    pace: &'a Pace,
    messages: Messages,
    /// Told when a reading has ended.
    ended: &'a Notify,
    /// The context that is asked for; `None` for the one that is current.
    chosen: Option<String>,
    /// Where the grid begins.
    started: Instant,
    /// What was read, kept up to date.
    pub nodes: Nodes,
    progress: RefCell<Progress>,
}

/// How far it has come.
pub struct Progress {
    /// The context that is read.
    pub context: Option<String>,
    /// How often it was read.
    pub readings: u64,
    /// Whether that was since somebody asked for news.
    pub is_news: bool,
    /// Why the last reading failed; `None` where it did not.
    pub failure: Option<Error>,
    /// When the next reading begins; `None` while one is under way.
    pub next: Option<Instant>,
    took: Duration,
    renewals: Renewals,
    reading: Outage,
    following: Outage,
    following_pods: Outage,
}

impl<'a> Reader<'a> {
    /// A reader of a context, who tells when a reading has ended.
    pub fn new(
        job: &'a Job,
        pace: &'a Pace,
        chosen: Option<String>,
        messages: &Messages,
        ended: &'a Notify,
    ) -> Self {
        let progress = Progress {
            context: chosen.clone(),
            readings: 0,
            is_news: false,
            failure: None,
            next: None,
            took: Duration::ZERO,
            renewals: Renewals::new(pace.interval),
            reading: Outage::new("the cluster can't be read", "the cluster is read again"),
            following: Outage::new(
                "nothing is heard of changes of nodes",
                "changes of nodes are heard of again",
            ),
            following_pods: Outage::new(
                "nothing is heard of changes of pods",
                "changes of pods are heard of again",
            ),
        };
        Self {
            job,
            pace,
            messages: messages.about(chosen.as_deref()),
            ended,
            chosen,
            started: Instant::now(),
            nodes: Nodes::default(),
            progress: RefCell::new(progress),
        }
    }

    /// How far it has come. This must not be held while waiting for anything.
    pub fn progress(&self) -> RefMut<'_, Progress> {
        self.progress.borrow_mut()
    }

    /// Connects, and reads for the first time.
    ///
    /// # Errors
    ///
    /// As [`Job::connect`] and [`source::read`].
    pub async fn begin(&self, received: &Received) -> Result<Cluster, Error> {
        let begun = Instant::now();
        let cluster = self.job.connect(self.chosen.as_deref(), &self.messages)?;
        let mut first = source::read(&cluster.client, &self.job.query, &cluster.served, received).await?;
        let samples = std::mem::take(&mut first.samples);
        self.nodes.begin(first);
        self.progress().context.clone_from(&cluster.context);
        self.progress().took = begun.elapsed();
        self.succeeded(samples);
        Ok(cluster)
    }

    /// Goes on for ever, from the first reading where that succeeded.
    pub async fn go_on(&self, begun: Option<Cluster>) {
        let cluster = match begun {
            Some(cluster) => cluster,
            None => self.begin_at_last().await,
        };
        let follow = self.nodes.follow(&cluster.client, &self.job.query, &self.messages);
        tokio::join!(follow, self.read_on(&cluster));
    }

    /// Begins as soon as that is possible.
    async fn begin_at_last(&self) -> Cluster {
        let mut backoff = Backoff::new(self.pace.interval);
        self.pause(backoff.pause());
        loop {
            self.wait().await;
            match self.begin(&Received::default()).await {
                Ok(cluster) => {
                    let kept = self.nodes.now();
                    let context = self.chosen.as_deref();
                    let reading = Reading { context, outcome: Ok(&kept.snapshot) };
                    // What keeps the report from being whole was said, and shows in it.
                    let _ = run::remarks(&[reading], &self.job.report(&[reading]), self.job, &self.messages);
                    return cluster;
                }
                Err(error) => {
                    self.pause(backoff.after(&error));
                    self.failed(error);
                }
            }
        }
    }

    async fn read_on(&self, cluster: &Cluster) {
        let mut backoff = Backoff::new(self.pace.interval);
        let mut silence = silence_after(self.progress().took);
        loop {
            self.wait().await;
            let begun = Instant::now();
            match self.read(cluster, silence).await {
                Ok(samples) => {
                    backoff.reset();
                    silence = silence_after(begun.elapsed());
                    self.succeeded(samples);
                }
                Err(error) => {
                    if matches!(error, Error::Timeout { .. }) {
                        silence = (silence * 2).min(LONGEST_SILENCE);
                    }
                    self.pause(backoff.after(&error));
                    self.failed(error);
                }
            }
        }
    }

    /// Reads once. What lasts unusually long is said while it lasts.
    async fn read(&self, cluster: &Cluster, silence: Duration) -> Result<Vec<Sample>, Error> {
        let client = cluster.client.with(Patience::Within(silence));
        let mut reading = pin!(async {
            let received = Received::default();
            if let Selection::Named(_) = self.job.query.selection {
                // Pods are followed.
                let query = Query { pods: false, ..self.job.query.clone() };
                let mut read = source::read(&client, &query, &cluster.served, &received).await?;
                let samples = std::mem::take(&mut read.samples);
                self.nodes.replace(read);
                return Ok(samples);
            }
            // What can't be read is unknown; that was said of the first reading.
            let read = source::samples(&client, &self.job.query, &cluster.served, &received).await?;
            Ok(read.objects)
        });
        if let Ok(read) = timeout(silence * 2, &mut reading).await {
            return read;
        }
        let problem = "no answer yet".to_owned();
        self.failed(Error::Timeout { server: cluster.client.server().to_owned(), problem });
        reading.await
    }

    fn pause(&self, pause: Duration) {
        self.progress().next = Some(Instant::now() + pause);
    }

    /// Waits until the next reading begins.
    async fn wait(&self) {
        let next = self.progress().next.unwrap_or_else(Instant::now);
        sleep_until(next).await;
        self.progress().next = None;
    }

    fn succeeded(&self, mut samples: Vec<Sample>) {
        let mut progress = self.progress();
        progress.renewals.note(&mut samples, Instant::now());
        self.nodes.now().snapshot.samples = samples;
        progress.readings += 1;
        progress.next = Some(self.on_grid());
        progress.is_news = true;
        progress.failure = None;
        progress.reading.ended(&self.messages);
        self.ended.notify_one();
    }

    /// Takes note of a failure.
    pub fn failed(&self, error: Error) {
        let mut progress = self.progress();
        progress.reading.failed(&error, &self.messages);
        progress.failure = Some(error);
        self.ended.notify_one();
    }

    /// The next moment on the grid.
    fn on_grid(&self) -> Instant {
        let elapsed = self.started.elapsed().as_nanos();
        let interval = self.pace.interval.as_nanos();
        let ticks = elapsed / interval + 1;
        self.started + self.pace.interval * u32::try_from(ticks).unwrap_or(u32::MAX)
    }

    /// Says how it goes with what is followed.
    pub fn say_how_nodes_go(&self) {
        let Progress { following, following_pods, .. } = &mut *self.progress();
        let kept = self.nodes.now();
        for (of_kind, outage) in [(&kept.nodes, following), (&kept.pods, following_pods)] {
            match &of_kind.failing {
                None => outage.ended(&self.messages),
                Some((since, error)) => {
                    if Timestamp::now().duration_since(*since).unsigned_abs() >= QUIET_NODES {
                        outage.failed(error, &self.messages);
                    }
                }
            }
        }
    }
}

impl Progress {
    /// Whether a reading that belongs to this moment is still to come, and is likely to.
    pub fn is_awaited(&self) -> bool {
        self.failure.is_none() && self.next.is_none_or(|next| next <= Instant::now())
    }

    /// What fails, since when.
    pub fn failing(&self) -> Option<String> {
        self.reading.text().or_else(|| self.following.text()).or_else(|| self.following_pods.text())
    }

    /// What came of reading, with what was read. Of several clusters one that fails now has nothing to show beside the
    /// others; of the only one the last reading stays.
    pub fn reading<'b>(&'b self, snapshot: &'b Snapshot, is_of_several: bool) -> Reading<'b> {
        let outcome = match &self.failure {
            Some(error) if is_of_several => Err(error),
            _ => Ok(snapshot),
        };
        Reading { context: self.context.as_deref(), outcome }
    }
}

/// How long a server may be silent that took so long the last time.
fn silence_after(took: Duration) -> Duration {
    (took * 4).clamp(SHORTEST_SILENCE, LONGEST_SILENCE)
}
