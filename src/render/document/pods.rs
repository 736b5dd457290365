//! The items of pods. Their fields are the columns of CSV.

use serde::{Serialize, Serializer};

use super::{Number, Text};
use crate::{
    render::{
        choice::{Choice, columns, lines},
        column::{Column, Line, Value},
        number,
    },
    report::Report,
};

/// `kind` of the document.
pub const KIND: &str = "PodUsageList";

/// The pods of a report.
pub struct PodItems<'a> {
    report: &'a Report<'a>,
    columns: Vec<Column<'a>>,
}

impl<'a> PodItems<'a> {
    /// The pods of a report that has some.
    pub fn of(report: &'a Report<'_>) -> Self {
        let columns = columns(report, Choice::Csv);
        // The context stands in the document once.
        Self { report, columns: columns.into_iter().filter(|column| column.name != "context").collect() }
    }
}

impl Serialize for PodItems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = lines(self.report);
        serializer.collect_seq(items.into_iter().map(|line| Item { items: self, line }))
    }
}

struct Item<'a> {
    items: &'a PodItems<'a>,
    line: Line<'a>,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PodItems { report, columns } = self.items;
        let field = |column: &Column<'_>| (column.name.to_string(), Field(column.value(report, self.line)));
        serializer.collect_map(columns.iter().map(field))
    }
}

/// What stands in a field; null for what is unknown or not there.
struct Field<'a>(Value<'a>);

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = match &self.0 {
            Value::Text(text) => return text.as_deref().map(Text).serialize(serializer),
            Value::Time(time) => return time.map(|time| time.to_string()).serialize(serializer),
            Value::Texts(Some(several)) => {
                return serializer.collect_seq(several.iter().map(Text));
            }
            Value::Count(count) => return count.serialize(serializer),
            Value::Cores(amount) | Value::Bytes(amount) => amount.map(number::amount),
            Value::Percent(usage) => usage.percent.map(number::percent),
            Value::Share(percent) => percent.map(number::percent),
            Value::Age(duration) | Value::Duration(duration) => duration.map(number::seconds),
            Value::Texts(None) | Value::Nothing | Value::Blank => None,
        };
        number.map(Number).serialize(serializer)
    }
}
