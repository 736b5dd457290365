//! The document that `-o json` and `-o yaml` write; docs/nodeusagelist.schema.json describes it, and that of pods
//! docs/podusagelist.schema.json.

mod pods;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, Write},
};

use serde::{Serialize, Serializer};
use serde_saphyr::DoubleQuoted;

use pods::PodItems;

use super::number;
use crate::{
    amount::{Amount, Percent},
    group::Group,
    report::{Failed, Report, Totals},
    requests::Demand,
    usage::{Base, NodeUsage, UnknownReason, Usage},
    visible::is_obeyed,
};

/// `apiVersion` of the document.
pub const API_VERSION: &str = "nodeusage/v1";

/// `kind` of the document.
pub const KIND: &str = "NodeUsageList";

/// A whole report. Its items are made one at a time, while it is written.
#[derive(Serialize)]
pub struct Document<'a> {
    #[serde(rename = "apiVersion")]
    api_version: &'static str,
    kind: &'static str,
    context: Option<Text<&'a str>>,
    simulated: bool,
    percent_of: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failures: Option<Vec<Failure<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<AnyItems<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupItem<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<TotalsItem>,
}

impl<'a> Document<'a> {
    /// The document of a report.
    pub fn of(report: &'a Report<'_>) -> Self {
        Self {
            api_version: API_VERSION,
            kind: if report.pods.is_some() { pods::KIND } else { KIND },
            context: report.context.map(Text),
            simulated: report.simulated,
            percent_of: match report.base {
                Base::Allocatable => "allocatable",
                Base::Capacity => "capacity",
            },
            failures: report.shows_context.then(|| report.failed.iter().map(Failure::of).collect()),
            items: match &report.rows {
                Some(rows) => Some(AnyItems::Nodes(Items { rows, report })),
                None => report.pods.is_some().then(|| AnyItems::Pods(PodItems::of(report))),
            },
            groups: report
                .groups
                .as_ref()
                .map(|groups| groups.iter().map(|group| GroupItem::of(group, report)).collect()),
            totals: report.shown_totals().map(|totals| TotalsItem::of(totals, report)),
        }
    }
}

/// A cluster that could not be read.
#[derive(Serialize)]
struct Failure<'a> {
    context: Option<Text<&'a str>>,
    message: String,
}

impl<'a> Failure<'a> {
    fn of(failed: &Failed<'a>) -> Self {
        Self { context: failed.context.map(Text), message: failed.error.to_string() }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum AnyItems<'a> {
    Nodes(Items<'a>),
    Pods(PodItems<'a>),
}

struct Items<'a> {
    rows: &'a [NodeUsage<'a>],
    report: &'a Report<'a>,
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|row| Item::of(row, self.report)))
    }
}

#[derive(Serialize)]
struct Item<'a> {
    timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Text<&'a str>>,
    node: Text<&'a str>,
    #[serde(flatten)]
    figures: Figures,
    window_seconds: Option<Number>,
    unknown_reason: Option<&'static str>,
    #[serde(flatten)]
    requested: Option<RequestedOfNode<'a>>,
    unschedulable: Option<bool>,
    taints: Option<Vec<Text<&'a str>>>,
    labels: BTreeMap<&'a str, Option<Text<&'a str>>>,
}

impl<'a> Item<'a> {
    fn of(row: &NodeUsage<'a>, report: &'a Report<'_>) -> Self {
        let labels = report.label_columns.iter();
        Self {
            timestamp: row.timestamp().map(|time| time.to_string()),
            context: row.context().filter(|_| report.shows_context).map(Text),
            node: Text(row.name()),
            figures: Figures::of(row.cpu(), row.memory(), report.shows_swap.then(|| row.swap())),
            window_seconds: row.window().map(|window| Number(number::seconds(window))),
            unknown_reason: row.unknown().map(UnknownReason::word),
            requested: report.shows_requests.then(|| RequestedOfNode::of(row)),
            unschedulable: row.unschedulable(),
            taints: row.taints().map(|taints| taints.iter().map(|taint| Text(taint.as_str())).collect()),
            labels: labels.map(|key| (key.as_str(), row.label(key).map(Text))).collect(),
        }
    }
}

#[derive(Serialize)]
struct GroupItem<'a> {
    labels: BTreeMap<&'a str, Option<Text<&'a str>>>,
    #[serde(flatten)]
    totals: TotalsItem,
    busiest_node: Option<Text<Cow<'a, str>>>,
}

impl<'a> GroupItem<'a> {
    fn of(group: &Group<'a>, report: &'a Report<'_>) -> Self {
        let labels = report.group_by.iter().zip(&group.labels);
        Self {
            labels: labels.map(|(key, label)| (key.as_str(), label.map(Text))).collect(),
            totals: TotalsItem::of(&group.totals, report),
            busiest_node: group.busiest.map(|row| Text(report.full_name(&row))),
        }
    }
}

#[derive(Serialize)]
struct TotalsItem {
    timestamp: Option<String>,
    nodes: usize,
    nodes_left_out: usize,
    #[serde(flatten)]
    figures: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    swap_nodes: Option<usize>,
    #[serde(flatten)]
    requested: Option<Requested>,
}

impl TotalsItem {
    fn of(totals: &Totals, report: &Report<'_>) -> Self {
        Self {
            requested: report
                .shows_requests
                .then(|| Requested::of(totals.demand, totals.allocatable_pods, totals.cpu, totals.memory)),
            timestamp: totals.timestamp.map(|time| time.to_string()),
            nodes: totals.nodes,
            nodes_left_out: totals.left_out,
            figures: Figures::of(totals.cpu, totals.memory, report.shows_swap.then_some(totals.swap)),
            swap_nodes: report.shows_swap.then_some(totals.swap_nodes),
        }
    }
}

/// Swap is not there where nobody asked for it, and null where it is unknown.
#[derive(Serialize)]
#[expect(clippy::option_option, reason = "to serde the outer one is whether the name is there")]
struct Figures {
    cpu_usage_cores: Option<Number>,
    cpu_allocatable_cores: Option<Number>,
    cpu_capacity_cores: Option<Number>,
    cpu_usage_percent: Option<Number>,
    memory_usage_bytes: Option<Number>,
    memory_allocatable_bytes: Option<Number>,
    memory_capacity_bytes: Option<Number>,
    memory_usage_percent: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    swap_usage_bytes: Option<Option<Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    swap_capacity_bytes: Option<Option<Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    swap_usage_percent: Option<Option<Number>>,
}

impl Figures {
    fn of(cpu: Usage, memory: Usage, swap: Option<Usage>) -> Self {
        let amount = |amount: Option<Amount>| amount.map(|amount| Number(number::amount(amount)));
        let percent = |percent: Option<Percent>| percent.map(|percent| Number(number::percent(percent)));
        Self {
            cpu_usage_cores: amount(cpu.used),
            cpu_allocatable_cores: amount(cpu.allocatable),
            cpu_capacity_cores: amount(cpu.capacity),
            cpu_usage_percent: percent(cpu.percent),
            memory_usage_bytes: amount(memory.used),
            memory_allocatable_bytes: amount(memory.allocatable),
            memory_capacity_bytes: amount(memory.capacity),
            memory_usage_percent: percent(memory.percent),
            swap_usage_bytes: swap.map(|swap| amount(swap.used)),
            swap_capacity_bytes: swap.map(|swap| amount(swap.capacity)),
            swap_usage_percent: swap.map(|swap| percent(swap.percent)),
        }
    }
}

#[derive(Serialize)]
struct Requested {
    cpu_requests_cores: Option<Number>,
    cpu_limits_cores: Option<Number>,
    cpu_free_cores: Option<Number>,
    cpu_usage_of_requests_percent: Option<Number>,
    memory_requests_bytes: Option<Number>,
    memory_limits_bytes: Option<Number>,
    memory_free_bytes: Option<Number>,
    memory_usage_of_requests_percent: Option<Number>,
    pods: Option<usize>,
    pods_allocatable: Option<Number>,
}

impl Requested {
    fn of(demand: Option<Demand>, allocatable_pods: Option<Amount>, cpu: Usage, memory: Usage) -> Self {
        let amount = |amount: Option<Amount>| amount.map(|amount| Number(number::amount(amount)));
        let percent = |percent: Option<Percent>| percent.map(|percent| Number(number::percent(percent)));
        let (of_cpu, of_memory) = (demand.map(|demand| demand.cpu), demand.map(|demand| demand.memory));
        Self {
            cpu_requests_cores: amount(of_cpu.map(|asked| asked.requests)),
            cpu_limits_cores: amount(of_cpu.map(|asked| asked.limits)),
            cpu_free_cores: amount(of_cpu.and_then(|asked| asked.free(cpu))),
            cpu_usage_of_requests_percent: percent(of_cpu.and_then(|asked| asked.used(cpu))),
            memory_requests_bytes: amount(of_memory.map(|asked| asked.requests)),
            memory_limits_bytes: amount(of_memory.map(|asked| asked.limits)),
            memory_free_bytes: amount(of_memory.and_then(|asked| asked.free(memory))),
            memory_usage_of_requests_percent: percent(of_memory.and_then(|asked| asked.used(memory))),
            pods: demand.map(|demand| demand.pods),
            pods_allocatable: amount(allocatable_pods),
        }
    }
}

#[derive(Serialize)]
struct RequestedOfNode<'a> {
    #[serde(flatten)]
    requested: Requested,
    extended_resources: Option<BTreeMap<&'a str, Extended>>,
    requests_unknown_reason: Option<&'static str>,
}

impl<'a> RequestedOfNode<'a> {
    fn of(row: &NodeUsage<'a>) -> Self {
        let extended = row.extended().map(|resources| {
            let of = |(name, requests, allocatable)| (name, Extended::of(requests, allocatable));
            resources.into_iter().map(of).collect()
        });
        Self {
            requested: Requested::of(row.demand(), row.allocatable_pods(), row.cpu(), row.memory()),
            extended_resources: extended,
            requests_unknown_reason: row.pods_unknown().map(UnknownReason::word),
        }
    }
}

#[derive(Serialize)]
struct Extended {
    requests: Number,
    allocatable: Number,
}

impl Extended {
    fn of(requests: Amount, allocatable: Amount) -> Self {
        Self { requests: Number(number::amount(requests)), allocatable: Number(number::amount(allocatable)) }
    }
}

/// A decimal number that is written as a number: whole ones to the last digit, fractions as the nearest double,
/// which is the same decimal again as long as it has no more than 15 digits.
struct Number(String);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0.parse::<i128>(), self.0.parse::<f64>()) {
            (Ok(whole), _) => match i64::try_from(whole) {
                Ok(whole) => serializer.serialize_i64(whole),
                Err(_) => serializer.serialize_i128(whole),
            },
            (Err(_), Ok(fraction)) => serializer.serialize_f64(fraction),
            (Err(_), Err(error)) => Err(serde::ser::Error::custom(error)),
        }
    }
}

/// A string from outside. YAML, which need not quote most strings, must quote one with characters that
/// [`TerminalSafe`] escapes.
struct Text<T>(T);

impl<T: AsRef<str>> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.as_ref();
        if text.contains(is_obeyed) {
            DoubleQuoted(text).serialize(serializer)
        } else {
            text.serialize(serializer)
        }
    }
}

/// Writes the characters that a terminal obeys as `\u` escapes, where the format has not escaped them already. They
/// stand only in strings in double quotes, [`Text`] sees to it, so that the document keeps its meaning.
pub struct TerminalSafe<'a>(pub &'a mut dyn Write);

impl Write for TerminalSafe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let obeyed = |character: char| character > '\u{1f}' && is_obeyed(character);
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains(obeyed) => {
                for character in text.chars() {
                    if obeyed(character) {
                        write!(self.0, "\\u{:04x}", u32::from(character))?;
                    } else {
                        write!(self.0, "{character}")?;
                    }
                }
            }
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
