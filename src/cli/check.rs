//! What does not go together, beside what each argument says itself.

use clap::{CommandFactory, ValueEnum, error::ErrorKind};

use super::Cli;
use crate::render::Format;

impl Cli {
    /// Refuses what does not go together.
    ///
    /// # Errors
    ///
    /// A usage error that names it.
    pub(super) fn check(&self) -> Result<(), clap::Error> {
        use Format as F;
        let unfit = |flag: &str, why: &str| {
            let format = self.output.to_possible_value().map(|value| value.get_name().to_owned());
            let message = format!("{flag} does not go with -o {}: {why}", format.unwrap_or_default());
            Err(Self::command().error(ErrorKind::ArgumentConflict, message))
        };
        if let Some(what) = self.select.pods.as_ref().and_then(|_| self.beside_pods()) {
            let message = format!("{what} does not go with --pods: it lists the pods of one node");
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        let is_recorded = self.watch.output_file.is_some();
        if is_recorded {
            if !matches!(self.output, F::Csv | F::Tsv | F::Json) {
                return unfit("--output-file", "it is for csv, tsv and json");
            }
            if self.no_headers {
                return unfit("--no-headers", "a file is known by its header");
            }
        }
        let has_columns = self.chosen.is_any();
        match self.output {
            F::Top | F::Name if has_columns => unfit("--columns", "the format is fixed"),
            F::Json | F::Yaml if has_columns => {
                unfit("--columns", "the document is always the same; choose with jq")
            }
            F::Csv | F::Tsv if self.total => {
                unfit("--total", "its line would be read as a node; --totals-only gives it alone")
            }
            F::Top if self.select.pods.is_some() => unfit("--pods", "its lines are nodes"),
            F::Top | F::Name if self.total || self.totals_only => {
                unfit("the total", "the format has no place for it")
            }
            F::Top | F::Name if !self.label_columns.is_empty() => {
                unfit("--label-columns", "the format is fixed")
            }
            F::Top | F::Name if !self.select.group_by.is_empty() => {
                unfit("--group-by", "its lines are nodes")
            }
            F::Top | F::Name if self.all_contexts || !self.contexts.is_empty() => {
                unfit("more than one context", "the format has no place for it")
            }
            F::Top | F::Name if self.select.requests => unfit("--requests", "the format is fixed"),
            F::Name if self.show_swap => unfit("--show-swap", "the format is fixed"),
            F::Text | F::Wide => Ok(()),
            _ if self.units.is_some() => unfit("--units", "its numbers are always the same"),
            _ => Ok(()),
        }?;
        if !has_columns {
            return Ok(());
        }
        let problem = self.chosen.problem(&self.select.group_by, self.totals_only, is_recorded);
        problem.map_or(Ok(()), |problem| Err(Self::command().error(ErrorKind::ValueValidation, problem)))
    }
}
