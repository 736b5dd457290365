//! The value of `-o`.

use std::ffi::OsStr;

use clap::{
    Arg, Command, Error, ValueEnum,
    builder::{EnumValueParser, PossibleValue, TypedValueParser},
    error::ErrorKind,
};

use crate::render::Format;

/// Reads a format. Those of `kubectl get` that are programs of their own, which nothing but kubectl runs as kubectl does, are
/// known by their names, to say what does the same here.
#[derive(Clone)]
pub(super) struct FormatParser;

/// `kubectl get --help` lists them; what comes behind `=` is theirs.
const TEMPLATES: [&str; 7] = [
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "go-template",
    "go-template-file",
    "template",
    "templatefile",
];

impl TypedValueParser for FormatParser {
    type Value = Format;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Format, Error> {
        let name = value.to_str().and_then(|text| text.split('=').next()).unwrap_or_default();
        let instead = match name {
            "custom-columns" | "custom-columns-file" => {
                "choose columns by their names: kubectl nodeusage --columns node,cpu_usage_percent"
            }
            _ if TEMPLATES.contains(&name) => {
                "take what you need out of the document: kubectl nodeusage -o json | jq -r '.items[].node'"
            }
            _ => return EnumValueParser::new().parse_ref(command, arg, value),
        };
        let message = format!("-o {name} is not supported\nhint: {instead}");
        Err(command.clone().error(ErrorKind::InvalidValue, message))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Format::value_variants().iter().filter_map(Format::to_possible_value)))
    }
}
