//! Rows that this program wrote: of CSV and TSV, and the items of its JSON.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    amount::Amount,
    quantity::Quantity,
    render::chosen::name_of_label,
    requests::{Asked, Demand, Pod, ResourceList},
    snapshot::{Labels, Node, Resources, Sample},
    usage::UnknownReason,
};

/// A node at a moment.
pub struct Row {
    /// The context of its cluster; `None` in a pod.
    pub context: Option<String>,
    /// Its name.
    pub name: String,
    /// The sample; `None` where there was none.
    pub sample: Option<Sample>,
    /// The node; `None` where it could not be read.
    pub node: Option<Node>,
    /// Whether that was since the user might not read nodes.
    pub is_forbidden: bool,
    /// All pods of the node in one, which requests what they do together; `None` where nothing was written of pods.
    pub pods: Option<Pod>,
}

impl Row {
    /// The timestamp of the sample.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.sample.as_ref().and_then(|sample| sample.timestamp)
    }
}

/// The cells of a row, by the names of their columns.
trait Cells {
    /// The text of a cell; `None` where it is unknown.
    fn text(&self, name: &str) -> Option<Cow<'_, str>>;

    /// A label of the node.
    fn label(&self, key: &str) -> Option<String>;

    /// Whether the node was cordoned, and its taints, where that was written.
    fn scheduling(&self) -> (Option<bool>, Option<Vec<String>>);

    /// Whether there is such a cell, be it unknown what stands in it.
    fn has(&self, name: &str) -> bool;

    /// The extended resources, where they were written: name, requests, allocatable.
    fn extended(&self) -> Vec<[String; 3]>;
}

/// Reads an item of a `NodeUsageList`, with the labels that are wanted.
///
/// # Errors
///
/// Says what of it can't be read.
pub fn item(json: &RawValue, wanted: &BTreeSet<&str>) -> Result<Row, String> {
    let cells = serde_json::from_str(json.get()).map_err(|error| error.to_string())?;
    row(&JsonCells(cells), wanted)
}

/// Reads the rows of a CSV or TSV file, each with the number of its line.
///
/// # Errors
///
/// Says why this is no recording, or what `each` said.
pub fn rows(
    mut input: impl BufRead,
    wanted: &BTreeSet<&str>,
    mut each: impl FnMut(u64, Result<Row, String>),
) -> Result<(), String> {
    let mut text = String::new();
    input.read_line(&mut text).map_err(|error| error.to_string())?;
    let delimiter = if text.contains('\t') { b'\t' } else { b',' };
    let header: Vec<_> = text.trim_end().split(char::from(delimiter)).map(str::to_owned).collect();
    if !header.iter().any(|name| name == "node") {
        return Err("its first line names no column \"node\"".to_owned());
    }
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.delimiter(delimiter).has_headers(false).flexible(true).from_reader(input);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| error.to_string())? {
        let line = 1 + record.position().map_or(0, csv::Position::line);
        let outcome = if record.len() == header.len() {
            row(&CsvCells { header: &header, record: &record }, wanted)
        } else {
            Err(format!("it has {} cells, and the first line {}", record.len(), header.len()))
        };
        each(line, outcome);
    }
    Ok(())
}

fn row(cells: &impl Cells, wanted: &BTreeSet<&str>) -> Result<Row, String> {
    let name = cells.text("node").unwrap_or_default().into_owned();
    let amount = |column: &str| {
        let read = cells.text(column).map(|text| parsed(&text)).transpose();
        read.map_err(|problem| format!("{column}: {problem}"))
    };
    let resources = |cpu, memory| Ok::<_, String>(Resources { cpu: amount(cpu)?, memory: amount(memory)? });
    let usage = resources("cpu_usage_cores", "memory_usage_bytes")?;
    let allocatable = resources("cpu_allocatable_cores", "memory_allocatable_bytes")?;
    let capacity = resources("cpu_capacity_cores", "memory_capacity_bytes")?;
    let timestamp = cells.text("timestamp").map(|text| text.parse::<Timestamp>()).transpose();
    let timestamp = timestamp.map_err(|error| format!("timestamp: {error}"))?;
    let (window, allocatable_pods) = (amount("window_seconds")?, amount("pods_allocatable")?);
    let swap = |column| Ok::<_, String>(amount(column)?.map(Box::new));
    let (swap_usage, swap_capacity) = (swap("swap_usage_bytes")?, swap("swap_capacity_bytes")?);
    let reason = cells.text("unknown_reason");
    let is = |word: UnknownReason| reason.as_deref() == Some(word.word());
    let (unschedulable, taints) = cells.scheduling();

    let (mut requested, mut extended) = (ResourceList::new(), ResourceList::new());
    for [name, requests, allocatable] in cells.extended() {
        let problem = |problem| format!("extended_resources: {name}: {problem}");
        requested.insert(name.clone(), parsed(&requests).map_err(problem)?);
        extended.insert(name.clone(), parsed(&allocatable).map_err(problem)?);
    }
    let asked = |requests, limits| Ok::<_, String>(amount(requests)?.zip(amount(limits)?));
    let demand = amount("pods")?
        .zip(asked("cpu_requests_cores", "cpu_limits_cores")?)
        .zip(asked("memory_requests_bytes", "memory_limits_bytes")?)
        .map(|((pods, cpu), memory)| {
            let asked = |(requests, limits)| Asked { requests, limits };
            Demand {
                pods: usize::try_from(pods.whole()).unwrap_or(usize::MAX),
                cpu: asked(cpu),
                memory: asked(memory),
            }
        });

    let labels = || -> Labels {
        wanted.iter().filter_map(|key| cells.label(key).map(|label| ((*key).to_owned(), label))).collect()
    };
    let has_node = !is(UnknownReason::NoNode) && !is(UnknownReason::NodesForbidden);
    let is_known = allocatable != Resources::default() || unschedulable.is_some();
    Ok(Row {
        context: cells.text("context").map(Cow::into_owned),
        sample: (timestamp.is_some() || usage != Resources::default()).then(|| Sample {
            node: name.clone(),
            timestamp,
            window: window
                .map(|window| SignedDuration::from_nanos(i64::try_from(window.nanos()).unwrap_or(i64::MAX))),
            usage,
            swap: swap_usage,
            labels: labels(),
            is_stale: is(UnknownReason::Stale),
        }),
        node: (has_node && (is_known || !is(UnknownReason::Stale))).then(|| Node {
            name: name.clone(),
            labels: labels(),
            allocatable,
            capacity,
            swap: swap_capacity,
            allocatable_pods,
            extended,
            unschedulable,
            taints,
        }),
        is_forbidden: is(UnknownReason::NodesForbidden),
        pods: cells.has("pods").then(|| Pod { demand, extended: requested, ..Pod::of(&name) }),
        name,
    })
}

fn parsed(text: &str) -> Result<Amount, String> {
    let quantity = text.parse::<Quantity>().map_err(|error| error.to_string())?;
    Amount::from_quantity(&quantity).ok_or("it is beyond any amount".to_owned())
}

/// A line, and that of the names.
struct CsvCells<'a> {
    header: &'a [String],
    record: &'a csv::StringRecord,
}

impl Cells for CsvCells<'_> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let at = self.header.iter().position(|column| column == name)?;
        let text = self.record.get(at).filter(|text| !text.is_empty())?;
        // The apostrophe keeps a spreadsheet from running it.
        let bare = text.strip_prefix('\'').filter(|bare| bare.starts_with(['=', '+', '-', '@']));
        Some(bare.unwrap_or(text).into())
    }

    fn label(&self, key: &str) -> Option<String> {
        self.text(&name_of_label(key)).map(Cow::into_owned)
    }

    fn scheduling(&self) -> (Option<bool>, Option<Vec<String>>) {
        (None, None)
    }

    fn has(&self, name: &str) -> bool {
        self.header.iter().any(|column| column == name)
    }

    fn extended(&self) -> Vec<[String; 3]> {
        let text = self.text("extended_resources").unwrap_or_default();
        let resource = |word: &str| {
            let (name, amounts) = word.split_once('=')?;
            let (requests, allocatable) = amounts.split_once('/')?;
            Some([name, requests, allocatable].map(str::to_owned))
        };
        text.split(';').filter_map(resource).collect()
    }
}

/// An item; its numbers are kept as they are written.
struct JsonCells<'a>(BTreeMap<String, &'a RawValue>);

impl JsonCells<'_> {
    fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.0.get(name).and_then(|json| serde_json::from_str(json.get()).ok())
    }
}

impl Cells for JsonCells<'_> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let json = self.0.get(name)?.get();
        match serde_json::from_str::<Option<String>>(json) {
            Ok(text) => text.map(Cow::Owned),
            Err(_) => Some(json.into()),
        }
    }

    fn label(&self, key: &str) -> Option<String> {
        self.value::<BTreeMap<String, Option<String>>>("labels")
            .and_then(|mut labels| labels.remove(key).flatten())
    }

    fn scheduling(&self) -> (Option<bool>, Option<Vec<String>>) {
        (self.value("unschedulable"), self.value("taints"))
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn extended(&self) -> Vec<[String; 3]> {
        #[derive(Deserialize)]
        struct Extended {
            requests: Box<RawValue>,
            allocatable: Box<RawValue>,
        }
        let found = self.value::<BTreeMap<String, Extended>>("extended_resources").unwrap_or_default();
        let texts = |(name, Extended { requests, allocatable })| {
            [name, requests.get().to_owned(), allocatable.get().to_owned()]
        };
        found.into_iter().map(texts).collect()
    }
}
