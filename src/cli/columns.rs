//! Which columns a table has.

use clap::Args;

use crate::render::chosen::{self, Of};

/// What the columns are.
#[derive(Args)]
pub(super) struct ColumnsArgs {
    /// The columns to show, in this order, by their names in csv (text, wide, csv, tsv); repeatable, or separated by commas.
    ///
    /// That of a label is label_ and its key. Pods are read where a column is about what they request.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', value_parser = name,
          conflicts_with_all = ["label_columns", "requests", "show_swap"])]
    pub(super) columns: Vec<String>,
}

impl ColumnsArgs {
    /// Whether columns are chosen.
    pub(super) fn is_any(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Whether pods must be read for them.
    pub(super) fn need_pods(&self) -> bool {
        self.columns.iter().any(|name| chosen::is_of_pods(name))
    }

    /// The labels that must be read for them.
    pub(super) fn label_keys(&self) -> impl Iterator<Item = String> {
        self.columns.iter().filter_map(|name| chosen::label(name)).map(str::to_owned)
    }

    /// What is wrong with them for the rows that are shown.
    pub(super) fn problem(
        &self,
        group_by: &[String],
        totals_only: bool,
        is_recorded: bool,
    ) -> Option<String> {
        let shown_by = match (group_by, totals_only) {
            ([_, ..], _) => Some("--group-by"),
            ([], true) => Some("--totals-only"),
            ([], false) => None,
        };
        let misfits = || self.columns.iter().find_map(|name| misfit(name, group_by, shown_by));
        let lacking = || self.lacking(shown_by.is_none()).filter(|_| is_recorded);
        self.twice().or_else(misfits).or_else(lacking)
    }

    fn twice(&self) -> Option<String> {
        let is_repeated = |(at, name): &(usize, &String)| self.columns[..*at].contains(name);
        let (_, name) = self.columns.iter().enumerate().find(is_repeated)?;
        Some(format!("the column {name} is given twice"))
    }

    /// What a recording needs beside them.
    fn lacking(&self, of_nodes: bool) -> Option<String> {
        let needed = &["timestamp", "context", "node"][..if of_nodes { 3 } else { 2 }];
        let lacking = needed.iter().find(|name| self.columns.iter().all(|column| column != *name))?;
        let all = needed.join(", ");
        Some(format!("--output-file needs the column {lacking}: it tells samples apart by {all}"))
    }
}

/// Why rows do not have a column, where they are groups or totals by a flag.
fn misfit(name: &str, group_by: &[String], shown_by: Option<&str>) -> Option<String> {
    if chosen::label(name).is_some_and(|key| group_by.iter().any(|label| label == key)) {
        return None;
    }
    let (of, flags) = match (chosen::of(name)?, shown_by) {
        (Of::Nodes, Some(flag)) => ("nodes", format!("with {flag}")),
        (Of::Groups, None | Some("--totals-only")) => ("groups", "without --group-by".to_owned()),
        (Of::Sums, None) => ("groups and totals", "without --group-by or --totals-only".to_owned()),
        _ => return None,
    };
    Some(format!("the column {name} is one of {of}, which are not shown {flags}"))
}

/// The name of a column that there is.
fn name(text: &str) -> Result<String, String> {
    if chosen::of(text).is_some() {
        return Ok(text.to_owned());
    }
    let names: Vec<_> = chosen::names().collect();
    Err(format!("there is no such column\nhint: the columns are {} and label_KEY", names.join(", ")))
}
