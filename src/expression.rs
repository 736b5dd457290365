//! Conditions on a node, as they are typed: `cpu>80%`, `memory>=2Gi`, `age<5m`, `pool!=gpu`.

use std::{cmp::Ordering, error, fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use unicode_width::UnicodeWidthStr;

use crate::{
    amount::{Amount, Percent},
    quantity::Quantity,
    requests::Demand,
    usage::NodeUsage,
    visible::visible,
};

/// A field, an operator and a value.
///
/// Fields are `cpu`, `memory`, `swap`, `pods`, `cpu-requests` and `memory-requests`, each compared with a quantity or a percent;
/// `age`, that of the sample, compared with a duration; and `label:KEY`, or any key that is not one of these words, compared with a label's value by `=`, `==` or
/// `!=`. The other operators are `<`, `<=`, `>` and `>=`. Comparisons are exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition(Test);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Amount(Figure, Comparison, Amount),
    Percent(Figure, Comparison, Percent),
    Age(Comparison, SignedDuration),
    Label { key: String, is_equal: bool, value: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    Cpu,
    Memory,
    Swap,
    Pods,
    CpuRequests,
    MemoryRequests,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

/// The fields that are not labels.
pub const FIELDS: [&str; 7] = ["age", "cpu", "cpu-requests", "memory", "memory-requests", "pods", "swap"];

/// The longer ones first, since others begin them.
const OPERATORS: [(&str, Comparison); 7] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
];

impl Condition {
    /// Whether a node meets it at a moment; `None` where what it asks is unknown. A label that a node does not have is
    /// known: it equals nothing, as for `kubectl -l`.
    #[must_use]
    pub fn holds(&self, row: &NodeUsage<'_>, now: Timestamp) -> Option<bool> {
        match &self.0 {
            Test::Amount(figure, comparison, bound) => {
                figure.of(row).0.map(|amount| comparison.admits(amount.cmp(bound)))
            }
            Test::Percent(figure, comparison, bound) => {
                let (amount, of) = figure.of(row);
                let percent = amount.zip(of).and_then(|(amount, of)| Percent::of(amount, of));
                percent.map(|percent| comparison.admits(percent.cmp(bound)))
            }
            Test::Age(comparison, bound) => {
                row.timestamp().map(|time| comparison.admits(now.duration_since(time).cmp(bound)))
            }
            Test::Label { key, is_equal, value } => Some((row.label(key) == Some(value)) == *is_equal),
        }
    }

    /// Whether pods must be read for it.
    #[must_use]
    pub fn is_of_pods(&self) -> bool {
        match &self.0 {
            Test::Amount(figure, ..) | Test::Percent(figure, ..) => {
                matches!(figure, Figure::Pods | Figure::CpuRequests | Figure::MemoryRequests)
            }
            Test::Age(..) | Test::Label { .. } => false,
        }
    }

    /// The label that must be read for it.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        match &self.0 {
            Test::Label { key, .. } => Some(key),
            Test::Amount(..) | Test::Percent(..) | Test::Age(..) => None,
        }
    }
}

/// Whether a node meets all of the conditions; `None` where that depends on what is unknown.
#[must_use]
pub fn all_hold(conditions: &[Condition], row: &NodeUsage<'_>, now: Timestamp) -> Option<bool> {
    conditions.iter().map(|condition| condition.holds(row, now)).fold(Some(true), both)
}

/// Whether both are so. One that is not so decides it, whatever the other is.
#[must_use]
pub fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

impl Figure {
    /// The amount, and what percent is of it.
    fn of(self, row: &NodeUsage<'_>) -> (Option<Amount>, Option<Amount>) {
        let demand = row.demand();
        match self {
            Self::Cpu => (row.cpu().used, row.cpu_base()),
            Self::Memory => (row.memory().used, row.memory_base()),
            Self::Swap => (row.swap().used, row.swap().capacity),
            Self::Pods => (demand.map(Demand::count), row.allocatable_pods()),
            Self::CpuRequests => (demand.map(|demand| demand.cpu.requests), row.cpu_base()),
            Self::MemoryRequests => (demand.map(|demand| demand.memory.requests), row.memory_base()),
        }
    }
}

impl Comparison {
    fn admits(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Greater => order.is_gt(),
        }
    }
}

/// Why a text is no [`Condition`], and where.
///
/// It is displayed in three lines: what was expected, the text, and a caret below the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseConditionError {
    text: String,
    /// In bytes.
    place: usize,
    expected: &'static str,
}

impl fmt::Display for ParseConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = visible(self.text.get(..self.place).unwrap_or_default());
        let blanks = " ".repeat(before.width());
        write!(f, "expected {}\n  {}\n  {blanks}^", self.expected, visible(&self.text))
    }
}

impl error::Error for ParseConditionError {}

const FIELD: &str = "a field: cpu, memory, swap, pods, cpu-requests, memory-requests, age, or a label's key";
const OPERATOR: &str = "an operator: <, <=, =, !=, >= or >";
const LABEL_OPERATOR: &str = "= or !=, since this is a label";
const AMOUNT: &str = "a quantity such as 500m or 2Gi, or a percent such as 80%";
const DURATION: &str = "a duration such as 30s or 5m";
const LABEL_VALUE: &str = "a label's value: letters, digits, '-', '_' and '.'";

impl FromStr for Condition {
    type Err = ParseConditionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |place, expected| ParseConditionError { text: text.to_owned(), place, expected };
        let start = text.len() - text.trim_start().len();
        let length = text[start..].find(|c| "<>=!".contains(c)).unwrap_or(text.len() - start);
        let field = text[start..start + length].trim_end();
        let key = field.strip_prefix("label:").unwrap_or(field);
        if let Some(wrong) = key.find(|c: char| !is_of_label(c) && c != '/') {
            return Err(match wrong {
                0 => fail(start, FIELD),
                _ => fail(start + field.len() - key.len() + wrong, OPERATOR),
            });
        }
        if key.is_empty() {
            return Err(fail(start, FIELD));
        }
        let place = start + length;
        let operator = OPERATORS.into_iter().find(|(sign, _)| text[place..].starts_with(sign));
        let (sign, comparison) = operator.ok_or_else(|| fail(place, OPERATOR))?;
        let rest = &text[place + sign.len()..];
        let value = rest.trim();
        let value_place = text.len() - rest.trim_start().len();
        let condition = match field {
            "cpu" => amount(Figure::Cpu, comparison, value),
            "memory" => amount(Figure::Memory, comparison, value),
            "swap" => amount(Figure::Swap, comparison, value),
            "pods" => amount(Figure::Pods, comparison, value),
            "cpu-requests" => amount(Figure::CpuRequests, comparison, value),
            "memory-requests" => amount(Figure::MemoryRequests, comparison, value),
            "age" => value.parse().map(|bound| Test::Age(comparison, bound)).map_err(|_| DURATION),
            _ => {
                let is_equal = match comparison {
                    Comparison::Equal => true,
                    Comparison::NotEqual => false,
                    _ => return Err(fail(place, LABEL_OPERATOR)),
                };
                if let Some(wrong) = value.find(|c| !is_of_label(c)) {
                    return Err(fail(value_place + wrong, LABEL_VALUE));
                }
                Ok(Test::Label { key: key.to_owned(), is_equal, value: value.to_owned() })
            }
        };
        condition.map(Self).map_err(|expected| fail(value_place, expected))
    }
}

fn amount(figure: Figure, comparison: Comparison, value: &str) -> Result<Test, &'static str> {
    let exact = |text: &str| {
        text.parse::<Quantity>().ok().and_then(|quantity| Amount::from_quantity(&quantity)).ok_or(AMOUNT)
    };
    match value.strip_suffix('%') {
        Some(percent) if !percent.ends_with(char::is_alphabetic) => {
            let bound = Percent::of(exact(percent)?, Amount::from_whole(100)).ok_or(AMOUNT)?;
            Ok(Test::Percent(figure, comparison, bound))
        }
        _ => exact(value).map(|bound| Test::Amount(figure, comparison, bound)),
    }
}

/// What a label's value and, beside `/`, its key may have.
fn is_of_label(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        snapshot::{Node, Resources, Sample, Snapshot},
        usage::{Base, join},
    };

    fn resources(cpu: &str, memory: &str) -> Resources {
        let amount = |text: &str| text.parse().ok().and_then(|quantity| Amount::from_quantity(&quantity));
        Resources { cpu: amount(cpu), memory: amount(memory) }
    }

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// A node with a sample, a minute old, and one without.
    fn cluster() -> Snapshot {
        let node = |name: &str| Node {
            name: name.to_owned(),
            labels: [("pool".to_owned(), "general".to_owned())].into(),
            allocatable: resources("3", "4Gi"),
            capacity: resources("4", "8Gi"),
            swap: Some(Box::new(Amount::from_whole(4 << 30))),
            allocatable_pods: None,
            extended: [].into(),
            unschedulable: Some(false),
            taints: Some(Vec::new()),
        };
        let sample = Sample {
            node: "a".to_owned(),
            timestamp: Some(NOW - SignedDuration::from_secs(60)),
            window: Some(SignedDuration::from_secs(15)),
            usage: resources("1", "3Gi"),
            swap: Some(Box::new(Amount::from_whole(1 << 30))),
            labels: [].into(),
            is_stale: false,
        };
        Snapshot { nodes: vec![node("a"), node("b")], samples: vec![sample], ..Snapshot::default() }
    }

    #[test]
    fn a_field_is_no_label() {
        for field in FIELDS {
            let value = if field == "age" { "1s" } else { "1" };
            let condition: Condition = format!("{field}>{value}").parse().unwrap();
            assert_eq!(condition.label(), None, "{field}");
        }
    }

    #[test]
    fn figures_are_compared_exactly_and_unknown_ones_not_at_all() {
        let cluster = cluster();
        let rows = join(&cluster, None, Base::Allocatable);
        for (condition, of_a, of_b) in [
            ("cpu>=1", Some(true), None),
            ("cpu > 1", Some(false), None),
            ("cpu!=1000m", Some(false), None),
            ("cpu>33.333333333%", Some(true), None),
            ("cpu<33.333333334%", Some(true), None),
            ("memory=75%", Some(true), None),
            ("memory==3Gi", Some(true), None),
            ("memory<=3221225471", Some(false), None),
            ("swap>=1Gi", Some(true), None),
            ("swap<25%", Some(false), None),
            ("label:swap=", Some(false), Some(false)),
            ("age<61s", Some(true), None),
            ("age>1m", Some(false), None),
            ("pool=general", Some(true), Some(true)),
            ("label:pool != general", Some(false), Some(false)),
            ("label:cpu=", Some(false), Some(false)),
            ("example.com/zone!=x", Some(true), Some(true)),
        ] {
            let condition_of = |text: &str| text.parse::<Condition>().unwrap();
            let held = rows.iter().map(|row| condition_of(condition).holds(row, NOW)).collect::<Vec<_>>();
            assert_eq!(held, [of_a, of_b], "{condition}");
        }
    }

    #[test]
    fn what_is_not_so_decides_whatever_else_is_unknown() {
        let cluster = cluster();
        let rows = join(&cluster, None, Base::Allocatable);
        let of_b = |texts: [&str; 2]| all_hold(&texts.map(|text| text.parse().unwrap()), &rows[1], NOW);
        assert_eq!(of_b(["cpu>0", "pool=gpu"]), Some(false));
        assert_eq!(of_b(["pool=general", "cpu>0"]), None);
        assert_eq!(of_b(["pool=general", "pool!=gpu"]), Some(true));
    }

    #[test]
    fn errors_point_at_the_place() {
        for (text, shown) in [
            (
                "",
                "expected a field: cpu, memory, swap, pods, cpu-requests, memory-requests, age, or a label's key\n  \n  ^",
            ),
            ("cpu", "expected an operator: <, <=, =, !=, >= or >\n  cpu\n     ^"),
            (" cpu ? 1", "expected an operator: <, <=, =, !=, >= or >\n   cpu ? 1\n      ^"),
            (
                "cpu>80%%",
                "expected a quantity such as 500m or 2Gi, or a percent such as 80%\n  cpu>80%%\n      ^",
            ),
            (
                "memory >",
                "expected a quantity such as 500m or 2Gi, or a percent such as 80%\n  memory >\n          ^",
            ),
            (
                "cpu>1e30",
                "expected a quantity such as 500m or 2Gi, or a percent such as 80%\n  cpu>1e30\n      ^",
            ),
            ("age>old", "expected a duration such as 30s or 5m\n  age>old\n      ^"),
            ("memroy>80%", "expected = or !=, since this is a label\n  memroy>80%\n        ^"),
            (
                "pool=a,b",
                "expected a label's value: letters, digits, '-', '_' and '.'\n  pool=a,b\n        ^",
            ),
            (
                "\u{1b}=1",
                "expected a field: cpu, memory, swap, pods, cpu-requests, memory-requests, age, or a label's key\n  \\u{1b}=1\n  ^",
            ),
        ] {
            assert_eq!(text.parse::<Condition>().unwrap_err().to_string(), shown, "{text:?}");
        }
    }
}
