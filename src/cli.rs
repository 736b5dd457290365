//! What can be typed, in kubectl's words. Nothing is read or written here.

mod check;
mod columns;
mod complete;
mod connection;
mod doctor;
mod output;
mod pods;
mod rbac;
mod select;
mod watch;

use std::{collections::HashSet, ffi::OsString, path::PathBuf};

use clap::{
    ArgAction, CommandFactory, Parser, Subcommand, ValueHint, builder::NonEmptyStringValueParser,
    error::ErrorKind,
};
use clap_complete::Shell;
use columns::ColumnsArgs;
use connection::ConnectionArgs;
use doctor::DoctorArgs;
use jiff::Timestamp;
use output::FormatParser;
use rbac::RbacArgs;
use select::SelectArgs;
use watch::WatchArgs;

use crate::{
    complete::Question,
    diagnose::{self, rbac::Grant},
    expression::Condition,
    kubeconfig::ConnectionFlags,
    render::{Format, Style, Units},
    report::SortKey,
    run::{Contexts, Job, Origin, Requests, Shown},
    selector::Selector,
    source::{Query, Selection},
    usage::Base,
};

const EXAMPLES: &str = "\
Examples:
  # CPU and memory use of every node
  kubectl nodeusage

  # The nodes of one pool, the fullest memory first, with their zones
  kubectl nodeusage -l pool=general --sort-by memory-percent -L topology.kubernetes.io/zone

  # The nodes that are nearly full; in a script, code 3 if there is one
  kubectl nodeusage --where 'memory>90%' --fail-on 'memory>90%'

  # The zones, the most used CPU first
  kubectl nodeusage --group-by topology.kubernetes.io/zone --sort-by cpu-percent

  # What pods request beside what is used, and what is free to schedule
  kubectl nodeusage --requests

  # One row a node for a spreadsheet
  kubectl nodeusage -o csv > nodes.csv

  # The nodes live, the most used first
  kubectl nodeusage -w

  # A recording that goes on for days: each sample once, in a file that survives crashes
  kubectl nodeusage -w --interval 1m -o csv --output-file usage.csv

  # A simulated cluster; no server is asked
  kubectl nodeusage --demo";

/// CPU and memory use of nodes, in cores and percent of allocatable.
///
/// Reads NodeMetrics of metrics.k8s.io (metrics-server) and Nodes. What can't be known is called unknown, never
/// shown as 0.
#[derive(Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags are what is typed")]
#[command(
    name = "kubectl nodeusage",
    bin_name = "kubectl nodeusage",
    version,
    after_help = EXAMPLES,
    args_override_self = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Nodes to show; all when none is named.
    #[arg(value_name = "NAME", value_parser = node_name)]
    names: Vec<String>,

    /// Label selector: -l pool=general,zone!=z1.
    #[arg(short = 'l', long, value_name = "SELECTOR", conflicts_with = "names")]
    selector: Option<Selector>,

    /// Output format.
    #[arg(short, long, value_name = "FORMAT", value_parser = FormatParser, default_value = "text")]
    output: Format,

    /// What to sort by; figures with the largest first, unknown ones last [default: name; redrawn, and of pods: most-used].
    #[arg(long, value_name = "KEY", value_enum)]
    sort_by: Option<SortKey>,

    /// Sort the other way round.
    #[arg(long)]
    reverse: bool,

    /// Leave out the line of column names.
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", hide_default_value = true, value_parser = go_bool, value_name = "BOOL")]
    no_headers: bool,

    /// How text and wide write amounts [default: auto].
    #[arg(long, value_name = "UNITS", value_enum)]
    units: Option<Units>,

    /// Percent of capacity instead of allocatable.
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", hide_default_value = true, value_parser = go_bool, value_name = "BOOL")]
    show_capacity: bool,

    /// Add swap: what is used of it, and percent of what the node has.
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", hide_default_value = true, value_parser = go_bool, value_name = "BOOL")]
    show_swap: bool,

    /// Add the sums over the nodes whose figures are all known (text, wide, json, yaml).
    #[arg(long)]
    total: bool,

    /// Show the sums alone (text, wide, csv, tsv, json, yaml).
    #[arg(long, conflicts_with = "total")]
    totals_only: bool,

    /// Labels to show as columns; repeatable, or separated by commas.
    #[arg(short = 'L', long, value_name = "LABEL", value_delimiter = ',')]
    label_columns: Vec<String>,

    #[command(flatten)]
    chosen: ColumnsArgs,

    /// No colour, even on a terminal.
    #[arg(long)]
    no_color: bool,

    /// No progress, even on a terminal.
    #[arg(long)]
    no_progress: bool,

    /// Read the clusters of these contexts at once; repeatable, or separated by commas. Each row says of which it is.
    ///
    /// A cluster that can't be read is shown as unknown beside the others, and the exit code is 1.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new(),
          conflicts_with_all = ["context", "server", "names", "demo", "from"])]
    contexts: Vec<String>,

    /// Read the clusters of all contexts at once, as --contexts does.
    #[arg(long, conflicts_with_all = ["contexts", "context", "server", "names", "demo", "from"])]
    all_contexts: bool,

    /// Read this file in the place of a server; repeatable, - is standard input.
    ///
    /// What `kubectl get nodes -o json`, `kubectl get pods -A -o json` and
    /// `kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes` print, one after the other or in a List, and what this program
    /// wrote as json, csv or tsv. Of a recording the last sample of each node is shown.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = connection::NAMES)]
    from: Vec<PathBuf>,

    /// Show a recording as it was at this time: --at 2026-11-25T10:00:00Z.
    #[arg(long, value_name = "TIME", requires = "from")]
    at: Option<Timestamp>,

    /// Show a simulated cluster; no server is asked and no file is read.
    #[arg(long, conflicts_with_all = connection::NAMES, conflicts_with = "from")]
    demo: bool,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    watch: WatchArgs,

    #[command(flatten)]
    connection: ConnectionArgs,

    #[command(subcommand)]
    command: Option<Command>,
}

/// What else can be done.
#[derive(Subcommand)]
enum Command {
    /// Print the manifest that grants the least rights, for kubectl apply.
    ///
    /// No server is asked. A node of this name is reached with: kubectl nodeusage -- rbac
    #[command(after_help = rbac::EXAMPLES)]
    Rbac(RbacArgs),
    /// Say why the use of nodes can't be shown, check by check, and what mends it.
    ///
    /// The exit code is 0 if the use of nodes can be shown. A node of this name is reached with:
    /// kubectl nodeusage -- doctor
    Doctor(DoctorArgs),
    /// Print a script by which a shell completes the words after kubectl-nodeusage.
    ///
    /// The words after kubectl nodeusage are completed by kubectl's own script once kubectl_complete-nodeusage, which is
    /// part of every release, is on the PATH.
    ///
    /// A node of this name is reached with: kubectl nodeusage -- completion
    Completion {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// What was asked for.
pub enum Task {
    /// The use of nodes.
    Report(Box<Job>),
    /// The configuration and its origins.
    ShowConfig(Box<ConnectionFlags>),
    /// What is wrong.
    Doctor(diagnose::doctor::Job),
    /// The manifest of these rights.
    Rbac(Grant),
    /// The script for a shell.
    CompletionScript(String),
    /// What the last word may become.
    Complete(Box<Question>),
}

impl Task {
    /// What the words of the command line ask for, the first of which is the program's name.
    ///
    /// # Errors
    ///
    /// A usage error; or a request for help or the version, which clap treats as one.
    pub fn of(words: impl IntoIterator<Item = OsString>, terminal: Terminal) -> Result<Self, clap::Error> {
        let words: Vec<_> = words.into_iter().collect();
        match words.get(1..) {
            // No subcommand, so that no help and no script for a shell shows it.
            Some([first, typed @ ..]) if first == "__complete" => {
                Ok(Self::Complete(Box::new(complete::question(typed))))
            }
            _ => Cli::try_parse_from(words)?.task(terminal),
        }
    }
}

/// What the terminal allows, where it is one.
#[derive(Clone, Copy, Default)]
pub struct Terminal {
    /// Whether standard output may be coloured.
    pub colour: bool,
    /// Whether standard output may be drawn on.
    pub screen: bool,
    /// Whether progress may be shown on standard error.
    pub progress: bool,
}

impl Cli {
    /// What is meant by what was typed; a usage error when flags do not go together.
    fn task(self, terminal: Terminal) -> Result<Task, clap::Error> {
        match self.command {
            None => self.job(terminal).map(|job| Task::Report(Box::new(job))),
            Some(Command::Doctor(DoctorArgs { show_config: true, .. })) => {
                Ok(Task::ShowConfig(Box::new(self.connection.into())))
            }
            Some(Command::Doctor(DoctorArgs { output, .. })) => Ok(Task::Doctor(diagnose::doctor::Job {
                verbosity: self.connection.verbosity,
                flags: Box::new(self.connection.into()),
                format: output,
            })),
            Some(Command::Rbac(args)) => args
                .grant()
                .map(Task::Rbac)
                .map_err(|problem| Self::command().error(ErrorKind::ValueValidation, problem)),
            Some(Command::Completion { shell }) => Ok(Task::CompletionScript(complete::script(shell))),
        }
    }

    fn job(self, terminal: Terminal) -> Result<Job, clap::Error> {
        self.check()?;
        let verbosity = self.connection.verbosity;
        let pace = self.watch.pace(terminal.screen && matches!(self.output, Format::Text | Format::Wide));
        let is_live = pace.as_ref().is_some_and(|pace| pace.is_live);
        let default_key =
            if is_live || self.select.pods.is_some() { SortKey::MostUsed } else { SortKey::Name };
        let selection = match (self.selector, self.names) {
            (Some(selector), _) => Selection::Matching(selector),
            (None, names) if names.is_empty() => Selection::All,
            (None, names) => Selection::Named(names),
        };
        let filter = self.select.filter();
        let conditions = filter.conditions.iter().chain(&self.select.fail_on);
        let is_about_pods = conditions.clone().any(Condition::is_of_pods);
        let requests = match self.output {
            _ if self.select.requests => Requests::Shown,
            Format::Wide if self.chosen.is_any() => Requests::Hidden,
            Format::Wide if is_about_pods => Requests::Shown,
            Format::Wide => Requests::WhereAllowed,
            _ => Requests::Hidden,
        };
        let pods = is_about_pods || self.chosen.need_pods() || requests != Requests::Hidden;
        let label_keys = conditions.filter_map(Condition::label).map(str::to_owned);
        let shown_labels = self.label_columns.iter().chain(&self.select.group_by).cloned();
        let label_keys = label_keys.chain(shown_labels).chain(self.chosen.label_keys()).collect();
        let flags = Box::new(self.connection.into());
        let origin = if self.demo {
            Origin::Demo
        } else if !self.from.is_empty() {
            Origin::Files { paths: self.from, at: self.at }
        } else if self.all_contexts {
            Origin::Contexts(flags, Contexts::All)
        } else if self.contexts.is_empty() {
            Origin::Server(flags)
        } else {
            let mut seen = HashSet::new();
            let new = self.contexts.into_iter().filter(|name| seen.insert(name.clone()));
            Origin::Contexts(flags, Contexts::Named(new.collect()))
        };
        Ok(Job {
            origin,
            verbosity,
            query: Query { selection, field_selector: self.select.field_selector, label_keys, pods },
            pods_of: self.select.pods,
            label_columns: self.label_columns,
            columns: self.chosen.columns,
            group_by: self.select.group_by,
            filter,
            fail_on: self.select.fail_on,
            requests,
            shows_swap: self.show_swap,
            top: self.select.top.map(|top| top as usize),
            base: if self.show_capacity { Base::Capacity } else { Base::Allocatable },
            sort_by: self.sort_by.unwrap_or(default_key),
            reverse: self.reverse,
            shown: match (self.total, self.totals_only) {
                (_, true) => Shown::Totals,
                (true, false) => Shown::NodesAndTotals,
                (false, false) => Shown::Nodes,
            },
            format: self.output,
            style: Style {
                no_headers: self.no_headers,
                units: self.units.unwrap_or_default(),
                colour: terminal.colour && !self.no_color,
                one_line: false,
            },
            output_file: self.watch.output_file,
            pace,
            progress: terminal.progress && !self.no_progress,
        })
    }
}

/// A boolean as kubectl reads it (Go's `strconv.ParseBool`).
fn go_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("it must be true or false".to_owned()),
    }
}

/// A node's name, as typed or as `-o name` prints it. Anything else could mean another path to the server.
fn node_name(text: &str) -> Result<String, String> {
    let name = ["node/", "nodes/", "no/"].iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text);
    let is_name = !name.is_empty()
        && name.len() <= 253
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    if is_name {
        Ok(name.to_owned())
    } else {
        Err("a node's name has only letters, digits, '-' and '.'".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
