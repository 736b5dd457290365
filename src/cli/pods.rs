//! What can be typed beside `--pods`, and what can't.

use super::Cli;

impl Cli {
    /// What was typed that is about several nodes, where the pods of one are asked for.
    pub(super) fn beside_pods(&self) -> Option<&'static str> {
        let (select, watch) = (&self.select, &self.watch);
        let typed = [
            ("NAME", !self.names.is_empty()),
            ("--selector", self.selector.is_some()),
            ("--field-selector", select.field_selector.is_some()),
            ("--where", !select.conditions.is_empty()),
            ("--fail-on", !select.fail_on.is_empty()),
            ("--no-taint", select.no_taint),
            ("--schedulable", select.schedulable),
            ("--requests", select.requests),
            ("--group-by", !select.group_by.is_empty()),
            ("--contexts", !self.contexts.is_empty()),
            ("--all-contexts", self.all_contexts),
            ("--from", !self.from.is_empty()),
            ("--columns", self.chosen.is_any()),
            ("--show-swap", self.show_swap),
            ("--label-columns", !self.label_columns.is_empty()),
            ("--total", self.total),
            ("--totals-only", self.totals_only),
            ("--watch", watch.watch),
            ("--output-file", watch.output_file.is_some()),
        ];
        typed.into_iter().find(|(_, is_typed)| *is_typed).map(|(what, _)| what)
    }
}
