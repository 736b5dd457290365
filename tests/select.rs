//! Filters, groups and orders of any cluster against a slow and plain model; each flag in each format.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/server.rs"]
mod server;
#[path = "support/mod.rs"]
mod support;

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use nodeusage::{
    amount::Amount,
    expression::Condition,
    filter::{Filter, Verdict},
    group::group,
    report::{SortKey, Totals, sort},
    snapshot::{Node, Resources, Sample, Snapshot},
    usage::{Base, NodeUsage, join},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use server::Server;
use support::{nodeusage, run};

/// A node as the model knows it: small numbers, in thousandths, so that nothing is ever rounded.
#[derive(Debug, Clone)]
struct Machine {
    /// Thousandths of CPU and of memory in use; `None` without a sample.
    used: Option<[i64; 2]>,
    /// Thousandths that can be allocated; `None` where only the sample is there.
    allocatable: Option<[i64; 2]>,
    zone: Option<u8>,
    is_cordoned: bool,
    is_tainted: bool,
    age: i64,
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn machines() -> impl Strategy<Value = Vec<Machine>> {
    let amounts = || prop::option::weighted(0.8, [0_i64..6, 0_i64..6]);
    let machine = (amounts(), amounts(), prop::option::of(0_u8..3), any::<[bool; 2]>(), 0_i64..4).prop_map(
        |(used, allocatable, zone, [is_cordoned, is_tainted], age)| Machine {
            // What has neither is not there.
            used: used.or(allocatable.is_none().then_some([1, 1])),
            allocatable,
            zone,
            is_cordoned,
            is_tainted,
            age,
        },
    );
    prop::collection::vec(machine, 0..12)
}

fn name(at: usize) -> String {
    format!("node-{at:02}")
}

fn snapshot(machines: &[Machine]) -> Snapshot {
    let amount = |thousandths: i64| Amount::from_quantity(&format!("{thousandths}m").parse().unwrap());
    let resources = |[cpu, memory]: [i64; 2]| Resources { cpu: amount(cpu), memory: amount(memory) };
    let mut snapshot = Snapshot::default();
    for (at, machine) in machines.iter().enumerate() {
        let labels = || machine.zone.iter().map(|zone| ("zone".to_owned(), format!("z{zone}"))).collect();
        snapshot.samples.extend(machine.used.map(|used| Sample {
            node: name(at),
            timestamp: Some(NOW - SignedDuration::from_secs(machine.age)),
            window: Some(SignedDuration::ZERO),
            usage: resources(used),
            swap: None,
            labels: labels(),
            is_stale: false,
        }));
        snapshot.nodes.extend(machine.allocatable.map(|allocatable| Node {
            name: name(at),
            labels: labels(),
            allocatable: resources(allocatable),
            capacity: resources(allocatable),
            swap: None,
            allocatable_pods: None,
            extended: [].into(),
            unschedulable: Some(machine.is_cordoned),
            taints: Some(if machine.is_tainted { vec!["a:NoSchedule".to_owned()] } else { Vec::new() }),
        }));
    }
    snapshot
}

/// A condition in the model's words: a field from 0 to 3 (cpu, memory, age, zone), an operator, and a bound, of percent
/// where it is one of a resource.
#[derive(Debug, Clone)]
struct Asked {
    field: usize,
    operator: usize,
    bound: i64,
    is_percent: bool,
}

const OPERATORS: [&str; 6] = ["<", "<=", "=", "!=", ">=", ">"];

fn conditions() -> impl Strategy<Value = Vec<Asked>> {
    let asked =
        (0_usize..4, 0_usize..6, 0_i64..6, any::<bool>()).prop_map(|(field, operator, bound, is_percent)| {
            match field {
                3 => Asked { field, operator: 2 + operator % 2, bound: bound % 3, is_percent: false },
                2 => Asked { field, operator, bound: bound % 4, is_percent: false },
                _ => {
                    Asked { field, operator, bound: if is_percent { bound * 50 } else { bound }, is_percent }
                }
            }
        });
    prop::collection::vec(asked, 0..3)
}

impl Asked {
    fn text(&self) -> String {
        let Self { field, operator, bound, is_percent } = self;
        let (field, bound) = match field {
            3 => ("zone", format!("z{bound}")),
            2 => ("age", format!("{bound}s")),
            at if *is_percent => (["cpu", "memory"][*at], format!("{bound}%")),
            at => (["cpu", "memory"][*at], format!("{bound}m")),
        };
        format!("{field}{}{bound}", OPERATORS[*operator])
    }

    /// Whether it holds, by crosswise products; `None` where that is unknown.
    fn holds(&self, machine: &Machine) -> Option<bool> {
        let (left, right) = match self.field {
            3 => {
                let is_equal = machine.zone.map(i64::from) == Some(self.bound);
                return Some(is_equal == (self.operator == 2));
            }
            2 => (machine.used.map(|_| machine.age)?, self.bound),
            at if self.is_percent => {
                let (used, of) = (machine.used?[at], machine.allocatable?[at]);
                if of == 0 {
                    return None;
                }
                (used * 100, self.bound * of)
            }
            at => (machine.used?[at], self.bound),
        };
        Some(
            [left < right, left <= right, left == right, left != right, left >= right, left > right]
                [self.operator],
        )
    }
}

/// Whether all hold; what is not so decides.
fn all(answers: &[Option<bool>]) -> Option<bool> {
    if answers.contains(&Some(false)) {
        Some(false)
    } else if answers.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn names(rows: &[NodeUsage<'_>]) -> Vec<String> {
    rows.iter().map(|row| row.name().to_owned()).collect()
}

proptest! {
    #[test]
    fn filters_are_those_of_the_model(
        machines in machines(),
        asked in conditions(),
        no_taint: bool,
        schedulable: bool,
    ) {
        let snapshot = snapshot(&machines);
        let mut rows = join(&snapshot, None, Base::Allocatable);
        let conditions: Vec<Condition> = asked.iter().map(|asked| asked.text().parse().unwrap()).collect();
        let all_rows = rows.clone();
        let filter = Filter { conditions: conditions.clone(), no_taint, schedulable };
        let undecided = filter.apply(&mut rows, NOW);

        let decided: Vec<_> = machines.iter().map(|machine| {
            let mut answers: Vec<_> = asked.iter().map(|asked| asked.holds(machine)).collect();
            let judged = all(&answers);
            if no_taint {
                answers.push(machine.allocatable.map(|_| !machine.is_tainted));
            }
            if schedulable {
                answers.push(machine.allocatable.map(|_| !machine.is_cordoned));
            }
            (all(&answers), judged)
        }).collect();
        let kept: Vec<_> = (0..machines.len()).filter(|at| decided[*at].0 == Some(true)).map(name).collect();
        prop_assert_eq!(names(&rows), kept);
        prop_assert_eq!(undecided, decided.iter().filter(|(shown, _)| shown.is_none()).count());

        let verdict = Verdict::of(&conditions, &all_rows, NOW);
        prop_assert_eq!(verdict.is_none(), conditions.is_empty());
        if let Some(verdict) = verdict {
            let matched: Vec<_> = (0..machines.len()).filter(|at| decided[*at].1 == Some(true)).map(name).collect();
            prop_assert_eq!(names(&verdict.matched), matched);
            prop_assert_eq!(verdict.undecided, decided.iter().filter(|(_, judged)| judged.is_none()).count());
        }
    }

    #[test]
    fn groups_are_those_of_the_model_and_add_up_to_all(machines in machines()) {
        let snapshot = snapshot(&machines);
        let rows = join(&snapshot, None, Base::Allocatable);
        let mut groups = group(&rows, &["zone".to_owned()], Base::Allocatable);
        sort(&mut groups, SortKey::Name, false);

        let percent = |machine: &Machine, at: usize| {
            let (used, of) = (machine.used?[at], machine.allocatable?[at]);
            // Of 1 to 5, so that 60 of them are whole.
            (of > 0).then(|| used * 60 / of)
        };
        let mut shown = Vec::new();
        for zone in [Some(0), Some(1), Some(2), None] {
            let members: Vec<_> = (0..machines.len()).filter(|at| machines[*at].zone == zone).collect();
            if members.is_empty() {
                continue;
            }
            let is_known = |at: &usize| percent(&machines[*at], 0).is_some() && percent(&machines[*at], 1).is_some();
            let known: Vec<_> = members.iter().copied().filter(is_known).collect();
            let sum = |of: fn(&Machine) -> i64| known.iter().map(|at| of(&machines[*at])).sum::<i64>();
            let mut busiest: Option<(i64, usize)> = None;
            for at in &members {
                let most = percent(&machines[*at], 0).max(percent(&machines[*at], 1));
                if let Some(most) = most && busiest.is_none_or(|(greatest, _)| most > greatest) {
                    busiest = Some((most, *at));
                }
            }
            shown.push((
                zone.map(|zone| format!("z{zone}")),
                known.len(),
                members.len() - known.len(),
                sum(|machine| machine.used.unwrap()[0]),
                sum(|machine| machine.allocatable.unwrap()[1]),
                busiest.map(|(_, at)| name(at)),
            ));
        }
        let thousandths = |amount: Option<Amount>| amount.map_or(0, |amount| i64::try_from(amount.millis()).unwrap());
        let found: Vec<_> = groups.iter().map(|group| (
            group.labels[0].map(str::to_owned),
            group.totals.nodes,
            group.totals.left_out,
            thousandths(group.totals.cpu.used),
            thousandths(group.totals.memory.allocatable),
            group.busiest.map(|row| row.name().to_owned()),
        )).collect();
        prop_assert_eq!(found, shown);

        let all = Totals::of(&rows, Base::Allocatable);
        let sum = |of: fn(&Totals) -> Option<Amount>| groups.iter().filter_map(|group| of(&group.totals)).sum::<Amount>();
        prop_assert_eq!(groups.iter().map(|group| group.totals.nodes).sum::<usize>(), all.nodes);
        prop_assert_eq!(groups.iter().map(|group| group.totals.left_out).sum::<usize>(), all.left_out);
        for of in [
            |totals: &Totals| totals.cpu.used,
            |totals: &Totals| totals.cpu.allocatable,
            |totals: &Totals| totals.cpu.capacity,
            |totals: &Totals| totals.memory.used,
            |totals: &Totals| totals.memory.allocatable,
            |totals: &Totals| totals.memory.capacity,
        ] {
            prop_assert_eq!(sum(of), of(&all).unwrap_or_default());
        }
    }

    #[test]
    fn orders_are_those_of_the_model(machines in machines(), reverse: bool, key in 0_usize..6) {
        let snapshot = snapshot(&machines);
        let mut rows = join(&snapshot, None, Base::Allocatable);
        let keys = [
            SortKey::Name, SortKey::Cpu, SortKey::Memory, SortKey::CpuPercent, SortKey::MemoryPercent, SortKey::MostUsed,
        ];
        sort(&mut rows, keys[key], reverse);

        let percent = |machine: &Machine, at: usize| {
            let (used, of) = (machine.used?[at], machine.allocatable?[at]);
            (of > 0).then(|| used * 60 / of)
        };
        let figure = |at: usize| match key {
            0 => None,
            1 | 2 => machines[at].used.map(|used| used[key - 1]),
            3 | 4 => percent(&machines[at], key - 3),
            _ => percent(&machines[at], 0).max(percent(&machines[at], 1)),
        };
        // The best of those that are left, again and again.
        let mut left: Vec<_> = (0..machines.len()).collect();
        let mut order = Vec::new();
        while !left.is_empty() {
            let mut best = 0;
            for at in 1..left.len() {
                let is_better = match (figure(left[at]), figure(left[best])) {
                    (Some(one), Some(other)) => if reverse { one < other } else { one > other },
                    (one, other) => one.is_some() && other.is_none(),
                };
                best = if is_better { at } else { best };
            }
            let is_last_name_first = key == 0 && reverse;
            order.push(name(left.remove(if is_last_name_first { left.len() - 1 } else { best })));
        }
        prop_assert_eq!(names(&rows), order);
    }

    #[test]
    fn any_text_is_a_condition_or_an_error_that_points_into_it(text in ".{0,40}") {
        if let Err(error) = text.parse::<Condition>() {
            let shown = error.to_string();
            let lines: Vec<_> = shown.lines().collect();
            prop_assert_eq!(lines.len(), 3);
            prop_assert!(lines[2].ends_with('^'));
        }
    }
}

const FORMATS: [&str; 8] = ["text", "wide", "top", "csv", "tsv", "json", "yaml", "name"];

/// Flags, each with the formats that have nothing to do for it: they would show the same.
const FLAGS: [(&[&str], &[&str]); 39] = [
    (&["-l", "pool=gpu"], &[]),
    (&["simulated-gpu-1"], &[]),
    (&["--sort-by=memory-percent"], &[]),
    (&["--reverse"], &[]),
    (&["--no-headers"], &["json", "yaml", "name"]),
    (&["--units=raw"], &[]),
    (&["--show-capacity"], &["name"]),
    (&["--total"], &[]),
    (&["--totals-only"], &[]),
    (&["-L", "pool"], &[]),
    (&["--where", "cpu>50%"], &[]),
    (&["--where", "pool=gpu"], &[]),
    (&["--requests"], &["wide"]),
    (&["--group-by=pool", "--requests"], &[]),
    (&["--totals-only", "--requests"], &[]),
    (&["--where", "pods>8"], &[]),
    (&["--no-taint"], &[]),
    (&["--schedulable"], &[]),
    (&["--top=3"], &[]),
    (&["--group-by=pool"], &[]),
    (&["--group-by=pool", "--sort-by=memory"], &[]),
    (&["--group-by=pool", "--total"], &[]),
    (&["--group-by=pool,topology.kubernetes.io/zone", "--top=3"], &[]),
    (&["--columns=node,cpu_usage_percent"], &[]),
    (&["--columns=node,label_pool,pods,cpu_requests_cores"], &[]),
    (&["--group-by=pool", "--columns=label_pool,busiest_node"], &[]),
    (&["--totals-only", "--columns=nodes"], &[]),
    (&["--group-by=pool", "--columns=swap_nodes,label_pool,swap_usage_percent"], &[]),
    (&["--show-swap"], &[]),
    (&["--total", "--show-swap"], &[]),
    (&["--totals-only", "--show-swap"], &[]),
    (&["--group-by=pool", "--show-swap"], &[]),
    (&["--where", "swap>10%"], &[]),
    (&["--fail-on", "swap>=6Gi"], &[]),
    (&["--fail-on", "memory>80%"], &[]),
    (&["--field-selector", "metadata.name!=b"], &[]),
    (&["--pods=simulated-gpu-1"], &[]),
    (&["--pods=simulated-gpu-1", "--sort-by=name", "--top=2"], &[]),
    (&["--pods=simulated-gpu-1", "--reverse", "--no-headers"], &[]),
];

/// An output without what changes with time: an age, a timestamp, and how wide its column is.
fn timeless(output: &str) -> String {
    let mut timeless = String::new();
    for word in output.split_inclusive([' ', ',', '\t', '\n']).filter(|word| *word != " ") {
        let bare = word.trim_matches(|character: char| !character.is_ascii_alphanumeric());
        let is_time = bare.parse::<Timestamp>().is_ok() || bare.parse::<SignedDuration>().is_ok();
        write!(timeless, "{}", if is_time { "TIME" } else { word }).unwrap();
    }
    timeless
}

/// A server with the samples of two nodes of which its field selectors leave one.
fn selecting_server() -> Server {
    let resources = json!({"cpu": "4", "memory": "8Gi"});
    let node =
        json!({"metadata": {"name": "a"}, "status": {"capacity": resources, "allocatable": resources}});
    let sample = |name| {
        let (timestamp, usage) = ("2026-11-01T12:00:00Z", json!({"cpu": "1", "memory": "1Gi"}));
        json!({"metadata": {"name": name}, "timestamp": timestamp, "window": "15s", "usage": usage})
    };
    let samples = [sample("a"), sample("b")];
    Server::start(move |path| match path {
        "/apis/metrics.k8s.io" => (200, json!({"versions": [{"version": "v1"}]}).to_string()),
        "/api/v1/nodes" => (200, json!({"items": [node]}).to_string()),
        _ => (200, json!({"items": samples}).to_string()),
    })
}

/// A format that ignores a flag shows what it shows without the flag, or with one flag less, and ends with the same code.
#[test]
fn each_flag_does_something_in_each_format_or_is_refused() {
    let server = selecting_server();
    let show = |cluster: &[&str], format: &str, flags: &[&str]| {
        let outcome = run(nodeusage().args(cluster).args(["-o", format]).args(flags));
        match outcome.code {
            code @ (0 | 3) => Some((code, timeless(&outcome.stdout))),
            2 => None,
            _ => panic!("{format} {flags:?}: {outcome:?}"),
        }
    };
    for (flags, without_effect) in FLAGS {
        let is_of_server = flags[0] == "--field-selector";
        let cluster = if is_of_server { &["-s", server.url.as_str()][..] } else { &["--demo"] };
        let mut refusing = 0;
        for format in FORMATS {
            let Some(with) = show(cluster, format, flags) else {
                refusing += 1;
                continue;
            };
            for less in 0..flags.len().saturating_sub(1).max(1) {
                let fewer = if flags[0].starts_with("--") { &flags[..less] } else { &[] };
                // A flag without its value is none.
                let Some(without) = show(cluster, format, fewer) else { continue };
                let is_same = without == with;
                assert_eq!(is_same, without_effect.contains(&format), "{format} {flags:?} against {fewer:?}");
            }
        }
        assert!(refusing < FORMATS.len(), "{flags:?}");
    }
    let asked = server.requests();
    assert!(asked.iter().any(|path| path.ends_with("fieldSelector=metadata%2Ename%21%3Db")), "{asked:?}");
}

#[test]
fn groups_say_the_same_in_every_format() {
    let show = |format: &str| {
        let arguments = ["--demo", "--group-by=pool", "--sort-by=cpu-percent", "-o", format];
        run(nodeusage().args(arguments)).success()
    };
    assert_eq!(
        show("text"),
        "\
POOL           NODES  LEFT-OUT  CPU(cores)  CPU-ALLOC  CPU(%)   MEMORY  MEM-ALLOC  MEMORY(%)  BUSIEST
compute            4         0      91.643    120.320   76.2%   77.7Gi    240.6Gi      32.3%  simulated-compute-4
general            7         1      20.694     52.640   39.3%  110.5Gi    210.6Gi      52.5%  simulated-general-6
gpu                2         0      37.297    180.480   20.7%  648.8Gi   1443.8Gi      44.9%  simulated-gpu-1
control-plane      3         0       1.463     11.280   13.0%   17.1Gi     45.1Gi      38.0%  simulated-control-plane-1
memory             3         0       5.013     45.120   11.1%  292.4Gi    361.0Gi      81.0%  simulated-memory-1
"
    );
    let json: Value = serde_json::from_str(&show("json")).unwrap();
    let groups = json["groups"].as_array().unwrap();
    let csv = show("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    for (row, group) in reader.deserialize::<std::collections::BTreeMap<String, String>>().zip(groups) {
        let row = row.unwrap();
        assert_eq!(Value::from(row["label_pool"].clone()), group["labels"]["pool"]);
        assert_eq!(Value::from(row["busiest_node"].clone()), group["busiest_node"]);
        for name in ["nodes", "nodes_left_out", "cpu_usage_cores", "memory_usage_percent"] {
            assert_eq!(row[name].parse::<f64>().ok(), group[name].as_f64(), "{name}");
        }
    }
    assert_eq!(csv.replace(',', "\t"), show("tsv"));
    let schema = serde_json::from_str(include_str!("../docs/nodeusagelist.schema.json")).unwrap();
    jsonschema::validate(&schema, &json).unwrap();
}
