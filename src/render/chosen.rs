//! Columns of tables and of CSV by their names, by which they can be chosen.

use super::column::{DEFINITIONS, Definition, LABEL};

pub use super::column::Of;

/// The names of all columns that are not labels.
pub fn names() -> impl Iterator<Item = &'static str> {
    DEFINITIONS.iter().filter(|definition| definition.of != Of::Pods).map(|definition| definition.name)
}

/// The name of the column of a label.
#[must_use]
pub fn name_of_label(key: &str) -> String {
    format!("{LABEL}{key}")
}

/// The key of the label that a column of this name has; `None` where it is no label's.
#[must_use]
pub fn label(name: &str) -> Option<&str> {
    name.strip_prefix(LABEL).filter(|key| !key.is_empty())
}

/// Which rows can have something in the column of this name; `None` where there is no such column.
#[must_use]
pub fn of(name: &str) -> Option<Of> {
    let of = definition(name).map(|definition| definition.of).filter(|of| *of != Of::Pods);
    of.or(label(name).map(|_| Of::Nodes))
}

/// Whether pods must be read for the column of this name.
#[must_use]
pub fn is_of_pods(name: &str) -> bool {
    definition(name).is_some_and(|definition| definition.is_of_pods)
}

pub(super) fn definition(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|definition| definition.name == name)
}
