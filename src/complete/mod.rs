//! Completion of the last word of a command line, as kubectl asks a plugin for it.
//!
//! `cli` finds the [`Question`] in the words, [`complete`] reads what it asks for, and the [`Answer`] writes itself in the
//! lines that kubectl reads. What can't be read has no candidates: a completion never fails.

mod answer;
mod labels;

use std::{collections::BTreeMap, io, time::Duration};

pub use answer::{Answer, Candidate};

use crate::{
    client::{Client, Messages, Surroundings},
    error::Error,
    kubeconfig::{self, ConnectionFlags, Names, System},
    run::Origin,
    snapshot::Labels,
    source::{self, demo},
};

/// How long the server may take. A person who waits for a completion should not notice more than a third of a second,
/// of which some is for the start of the programs.
const PATIENCE: Duration = Duration::from_millis(250);

/// What is to be completed.
pub struct Question {
    /// Where nodes and labels are read.
    pub origin: Origin,
    /// The nodes that are named already.
    pub named: Vec<String>,
    /// What must be read, if anything.
    pub asked: Option<Asked>,
    /// What the word may become without any reading.
    pub candidates: Vec<Candidate>,
    /// The word; empty where it was not begun.
    pub word: String,
}

/// A value that is not one of a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What it is.
    pub what: What,
    /// How it begins: the end of the question's word, without a flag or the parts of a list before it.
    pub current: String,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The name of a node.
    Nodes,
    /// A label selector.
    Selector,
    /// A condition on nodes.
    Condition,
    /// The key of a label.
    LabelKeys,
    /// The name of a column.
    Columns,
    /// The name of a context in the kubeconfig.
    Contexts,
    /// The name of a cluster in the kubeconfig.
    Clusters,
    /// The name of a user in the kubeconfig.
    Users,
    /// The path of a file, which the shell knows best.
    File,
    /// The path of a directory.
    Directory,
}

/// Reads what the question asks for, from this machine's kubeconfig or the server, which is not waited for longer than a
/// person would.
pub async fn complete(question: &Question) -> Answer {
    let Some(Asked { what, current }) = &question.asked else { return Answer::to(question, Vec::new()) };
    let values = match what {
        What::Nodes => {
            let is_new = |name: &String| !question.named.contains(name);
            nodes(&question.origin).await.into_keys().filter(is_new).collect()
        }
        What::Selector => labels::selectors(current, nodes(&question.origin).await.values()),
        What::Condition => labels::conditions(current, nodes(&question.origin).await.values()),
        What::Columns => labels::columns(nodes(&question.origin).await.values()),
        What::LabelKeys => labels::keys(nodes(&question.origin).await.values()),
        What::Contexts => names(&question.origin).contexts,
        What::Clusters => names(&question.origin).clusters,
        What::Users => names(&question.origin).users,
        What::File | What::Directory => Vec::new(),
    };
    Answer::to(question, values)
}

fn names(origin: &Origin) -> Names {
    match origin {
        Origin::Server(flags) | Origin::Contexts(flags, _) => {
            kubeconfig::names(flags, &System).unwrap_or_default()
        }
        Origin::Files { .. } | Origin::Client(_) | Origin::Demo => Names::default(),
    }
}

/// The nodes that came in time, with all their labels.
async fn nodes(origin: &Origin) -> BTreeMap<String, Labels> {
    let mut nodes = BTreeMap::new();
    let reading = async {
        let client = match origin {
            Origin::Server(flags) | Origin::Contexts(flags, _) => client(flags)?,
            Origin::Files { .. } => return Ok(()),
            Origin::Client(client) => client.clone(),
            Origin::Demo => demo::client(),
        };
        source::labels(&client, |name, labels| drop(nodes.insert(name, labels))).await
    };
    // Some are better than none.
    let _ = tokio::time::timeout(PATIENCE, reading).await;
    nodes
}

/// A client that says nothing and asks the user nothing.
fn client(flags: &ConnectionFlags) -> Result<Client, Error> {
    let connection = kubeconfig::resolve(flags, &System)?;
    let surroundings = Surroundings::of_process(0, Messages::to(io::sink()));
    Client::new(&connection, &Surroundings { stdin_is_terminal: false, ..surroundings })
}
