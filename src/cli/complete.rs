//! What completion asks for, found out of the words that were typed; and the scripts for shells.

use std::{
    ffi::{OsStr, OsString},
    sync::{Arc, Mutex, PoisonError},
};

use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches, ValueHint};
use clap_complete::{
    Shell,
    engine::{self, ArgValueCompleter, CompletionCandidate},
};

use super::{Cli, connection::ConnectionArgs};
use crate::{
    complete::{Asked, Candidate, Question, What},
    run::Origin,
};

/// The name of the program. A script for the two words `kubectl nodeusage` would be registered for kubectl, in the place of
/// kubectl's own.
const PROGRAM: &str = "kubectl-nodeusage";

/// The script by which a shell completes the program's own name.
pub(super) fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), PROGRAM, &mut script);
    let script = String::from_utf8_lossy(&script);
    match shell {
        // clap's script for fish gives up where the last flag still misses its value, which is what is to be completed.
        Shell::Fish => script.replace("\n    or return\n", "\n"),
        _ => script.into_owned(),
    }
}

/// What the last of the words asks for.
pub(super) fn question(words: &[OsString]) -> Question {
    let (word, before) = words.split_last().map_or((OsStr::new(""), words), |(last, before)| (last, before));
    let word = word.to_string_lossy().into_owned();
    let (asked, candidates) = candidates(words, &word);
    let matches = lenient(before);
    let named = matches.as_ref().and_then(|matches| matches.get_many::<String>("names"));
    let named = named.into_iter().flatten().cloned().collect();
    Question { origin: matches.as_ref().map_or(Origin::Demo, origin), named, asked, candidates, word }
}

/// What was typed before, up to where it can't be understood.
fn lenient(words: &[OsString]) -> Option<ArgMatches> {
    let command = Cli::command().ignore_errors(true).disable_help_flag(true).disable_version_flag(true);
    command.try_get_matches_from([&[OsString::from(PROGRAM)], words].concat()).ok()
}

fn origin(matches: &ArgMatches) -> Origin {
    match ConnectionArgs::from_arg_matches(matches) {
        Ok(connection) if !matches.get_flag("demo") => Origin::Server(Box::new(connection.into())),
        _ => Origin::Demo,
    }
}

/// The candidates that need no reading, and what else is asked for.
fn candidates(words: &[OsString], word: &str) -> (Option<Asked>, Vec<Candidate>) {
    let asked = Arc::new(Mutex::new(None));
    let mut command = Cli::command().mut_args(|arg| match what(&arg) {
        Some(what) => arg.add(recorder(what, &asked)),
        None => arg,
    });
    let mut words = [&[OsString::from(PROGRAM)], words].concat();
    if words.len() == 1 {
        words.push(OsString::new());
    }
    let last = words.len() - 1;
    let found = engine::complete(&mut command, words, last, None).unwrap_or_default();
    let is_flag =
        |candidate: &CompletionCandidate| candidate.get_value().as_encoded_bytes().starts_with(b"-");
    let candidates = found
        .iter()
        // Forty flags would bury the names.
        .filter(|candidate| !word.is_empty() || !is_flag(candidate))
        .map(|candidate| Candidate {
            value: candidate.get_value().to_string_lossy().into_owned(),
            help: candidate.get_help().map(ToString::to_string).unwrap_or_default(),
        })
        .collect();
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner).take();
    (asked, candidates)
}

/// What an argument's value is, where it is not one of a few words.
fn what(arg: &Arg) -> Option<What> {
    match arg.get_id().as_str() {
        "names" | "pods" => Some(What::Nodes),
        "selector" => Some(What::Selector),
        "conditions" | "fail_on" => Some(What::Condition),
        "columns" => Some(What::Columns),
        "label_columns" | "group_by" => Some(What::LabelKeys),
        "context" | "contexts" => Some(What::Contexts),
        "cluster" => Some(What::Clusters),
        "user" => Some(What::Users),
        _ => match arg.get_value_hint() {
            ValueHint::FilePath => Some(What::File),
            ValueHint::DirPath => Some(What::Directory),
            _ => None,
        },
    }
}

/// A completer that only notes what it was asked.
fn recorder(what: What, asked: &Arc<Mutex<Option<Asked>>>) -> ArgValueCompleter {
    let asked = Arc::clone(asked);
    ArgValueCompleter::new(move |current: &OsStr| {
        let current = current.to_string_lossy().into_owned();
        *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Asked { what, current });
        Vec::new()
    })
}
