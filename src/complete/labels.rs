//! What labels offer to a selector and to the columns.

use std::collections::BTreeSet;

use crate::{expression::FIELDS, render::chosen, snapshot::Labels};

/// The keys of all labels, in alphabetical order.
pub(super) fn keys<'a>(labels: impl Iterator<Item = &'a Labels>) -> Vec<String> {
    let keys: BTreeSet<_> = labels.flat_map(Labels::keys).collect();
    keys.into_iter().cloned().collect()
}

/// The names of all columns, those of labels at the end.
pub(super) fn columns<'a>(labels: impl Iterator<Item = &'a Labels>) -> Vec<String> {
    let of_labels = keys(labels).into_iter().map(|key| chosen::name_of_label(&key));
    chosen::names().map(str::to_owned).chain(of_labels).collect()
}

/// What a condition may become: one of its own fields with an operator, or what a selector of one label may.
pub(super) fn conditions<'a>(current: &str, labels: impl Iterator<Item = &'a Labels>) -> Vec<String> {
    let figures = FIELDS.iter().flat_map(|field| ['<', '>'].map(|operator| format!("{field}{operator}")));
    figures.chain(selectors(current, labels)).collect()
}

/// What a selector may become: its last requirement gets a key, or behind `=`, `==` or `!=` a value that the key has.
pub(super) fn selectors<'a>(current: &str, labels: impl Iterator<Item = &'a Labels>) -> Vec<String> {
    let (done, open) = current.split_at(current.rfind(',').map_or(0, |comma| comma + 1));
    let Some((key, _)) = open.split_once('=') else {
        let (not, equals) = if open.starts_with('!') { ("!", "") } else { ("", "=") };
        return keys(labels).into_iter().map(|key| format!("{done}{not}{key}{equals}")).collect();
    };
    let operator = if open[key.len()..].starts_with("==") { "==" } else { "=" };
    let values: BTreeSet<_> = labels.filter_map(|labels| labels.get(key.trim_end_matches('!'))).collect();
    values.into_iter().map(|value| format!("{done}{key}{operator}{value}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_gets_keys_and_then_their_values() {
        let labels = |pairs: &[(&str, &str)]| -> Labels {
            pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
        };
        let nodes = [labels(&[("pool", "gpu"), ("zone", "a")]), labels(&[("pool", "edge")])];
        for (current, expected) in [
            ("", &["pool=", "zone="][..]),
            ("po", &["pool=", "zone="]),
            ("!", &["!pool", "!zone"]),
            ("pool=", &["pool=edge", "pool=gpu"]),
            ("pool==g", &["pool==edge", "pool==gpu"]),
            ("pool!=", &["pool!=edge", "pool!=gpu"]),
            ("pool=gpu,", &["pool=gpu,pool=", "pool=gpu,zone="]),
            ("pool=gpu,zone=", &["pool=gpu,zone=a"]),
            ("absent=", &[]),
        ] {
            assert_eq!(selectors(current, nodes.iter()), expected, "{current:?}");
        }
        assert_eq!(keys(nodes.iter()), ["pool", "zone"]);
    }
}
