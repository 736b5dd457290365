//! A day of watching in half a minute: 5,000 nodes that change, come and go, in time that is only simulated.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod world;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use nodeusage::{
    client::{Client, Messages},
    filter::Filter,
    render::{Format, Style},
    report::SortKey,
    run::{Job, Origin, Requests, Shown},
    source::{Query, Selection},
    usage::Base,
    watch::{self, Pace},
};
use world::{LABEL, World};

const DAY: Duration = Duration::from_hours(24);
const INTERVAL: Duration = Duration::from_mins(10);
const NODES: usize = 5_000;

/// Readings that take longer than an interval, so that the next one is left out.
const SLOW: [usize; 2] = [30, 90];

/// What memory may grow by from the first hours to the last: what the allocator keeps back for itself.
const SLACK: u64 = 6 << 20;

/// Takes each report as it is written, and holds it against the world as it is then.
struct Checked {
    world: Arc<Mutex<World>>,
    report: Vec<u8>,
}

impl Write for Checked {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.report.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let report = String::from_utf8(std::mem::take(&mut self.report)).unwrap();
        self.world.lock().unwrap().assert_reported(&report);
        Ok(())
    }
}

/// Messages that can be read afterwards.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn job(client: Client) -> Job {
    Job {
        origin: Origin::Client(client),
        query: Query {
            selection: Selection::All,
            field_selector: None,
            label_keys: vec![LABEL.to_owned()],
            pods: false,
        },
        pods_of: None,
        label_columns: vec![LABEL.to_owned()],
        columns: Vec::new(),
        group_by: Vec::new(),
        filter: Filter::default(),
        fail_on: Vec::new(),
        requests: Requests::Hidden,
        shows_swap: false,
        top: None,
        base: Base::Allocatable,
        sort_by: SortKey::Name,
        reverse: false,
        shown: Shown::Nodes,
        format: Format::Csv,
        style: Style { no_headers: true, ..Style::default() },
        output_file: None,
        pace: None,
        verbosity: 0,
        progress: false,
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_stays_on_the_grid_misses_no_change_and_keeps_its_memory() {
    let world = World::of(NODES, &SLOW.map(|reading| (reading, INTERVAL + Duration::from_mins(1))));
    tokio::spawn(World::go_on(Arc::clone(&world), INTERVAL));
    let job = job(World::client(&world));
    let pace = Pace { interval: INTERVAL, count: None, limit: Some(DAY), repeat: false, is_live: false };
    let out = Checked { world: Arc::clone(&world), report: Vec::new() };
    let said = Said::default();
    watch::watch(&job, &pace, Box::new(out), &Messages::to(said.clone())).await.unwrap();

    let world = world.lock().unwrap();
    let on_grid = usize::try_from(DAY.as_secs() / INTERVAL.as_secs()).unwrap();
    assert_eq!(world.readings.len(), on_grid - SLOW.len(), "a slow reading leaves out one");
    for reading in &world.readings {
        assert_eq!(reading.as_nanos() % INTERVAL.as_nanos(), 0, "{reading:?} is not on the grid");
    }
    assert_eq!(world.reports, world.readings.len(), "each reading is reported");
    assert!(world.changes > 2_000 && world.expired > 3, "{} changes", world.changes);
    let (lists, watches) = (world.lists, world.watches);
    assert_eq!(lists, 1 + world.expired, "nodes are listed once, and after each 410");
    assert!(watches >= 100, "{watches} watches");

    let (first, last) = world.memory.split_at(4);
    let (first, last) = (first.iter().max().unwrap(), last.iter().max().unwrap());
    assert!(*last <= first + SLACK, "{first} bytes, then {last}");

    let said = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
    assert_eq!(said.matches("no answer yet").count(), SLOW.len(), "{said}");
    assert_eq!(said.matches("the cluster is read again").count(), SLOW.len(), "{said}");
    assert!(!said.contains("changes of nodes") && !said.contains("can't be watched"), "{said}");
}
