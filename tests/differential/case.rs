//! A case: the files, flags and environment that kubectl and the plugin both get, and the servers that they find.
//!
//! In files, flags, variables and answers stand for
//! `<dir>` the case's folder; `<port>`, `<NAME.port>` the port of its server, of the server NAME;
//! `<url>`, `<NAME.url>` the same as `http(s)://127.0.0.1:PORT`; `<secret.NAME>`, `<urlsecret.NAME>` a secret, the
//! same in a URL; `<path.F>`, `<text.F>`, `<json.F>`, `<data.F>` the path, the text, the text between quotes of JSON,
//! and the base64 of the text of a file of pki.rs.
//!
//! Files in `pod/` are seen where a pod's ServiceAccount has its own; a file `hosts` is seen as /etc/hosts, and no
//! other names are known then.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    pki::PKI,
    recorder::{API, Answer, Kind, METRICS, Recorder},
    secrets::secret,
};

/// What kubectl is told to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// `get --raw PATH`: one request and no more.
    Raw(&'static str),
    /// `top nodes`.
    Top,
}

#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub verb: Verb,
    pub files: Vec<(String, String)>,
    pub flags: Vec<String>,
    pub variables: Vec<(String, String)>,
    pub servers: Vec<(String, Kind)>,
    pub answers: Vec<(String, Vec<Answer>)>,
    /// Texts that both show, or neither.
    pub says: Vec<String>,
    /// The folder that it is run in, below the case's.
    pub working_folder: String,
}

impl Case {
    /// A case with a server that speaks plain HTTP and no file at all.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            verb: Verb::Raw(METRICS),
            files: Vec::new(),
            flags: Vec::new(),
            variables: Vec::new(),
            servers: vec![(API.to_owned(), Kind::Http)],
            answers: Vec::new(),
            says: Vec::new(),
            working_folder: String::new(),
        }
    }

    pub fn verb(mut self, verb: Verb) -> Self {
        self.verb = verb;
        self
    }

    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    /// One file with one context, which `KUBECONFIG` names. What the cluster and the user hold is written as YAML
    /// between braces.
    pub fn config(self, cluster: &str, user: &str) -> Self {
        self.file("config", &kubeconfig(cluster, user)).variable("KUBECONFIG", "<dir>/config")
    }

    pub fn flags<const N: usize>(mut self, flags: [&str; N]) -> Self {
        self.flags.extend(flags.map(str::to_owned));
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes the server something else than plain HTTP.
    pub fn api(mut self, kind: Kind) -> Self {
        self.servers[0].1 = kind;
        self
    }

    pub fn server(mut self, name: &str, kind: Kind) -> Self {
        self.servers.push((name.to_owned(), kind));
        self
    }

    /// What is answered on a path, or on `*`, which is every path.
    pub fn answer<const N: usize>(mut self, path: &str, answers: [Answer; N]) -> Self {
        self.answers.push((path.to_owned(), answers.into()));
        self
    }

    pub fn says(mut self, text: &str) -> Self {
        self.says.push(text.to_owned());
        self
    }

    pub fn in_folder(mut self, folder: &str) -> Self {
        folder.clone_into(&mut self.working_folder);
        self
    }

    /// The case with what its placeholders stand for.
    pub fn expanded(&self, recorder: &Recorder, dir: &str) -> Self {
        let words = self.words(recorder, dir);
        let texts = self.files.iter().map(|(_, text)| text).chain(&self.flags);
        let texts: String = texts.chain(self.variables.iter().map(|(_, value)| value)).cloned().collect();
        let named = PKI.named_in(&texts).map(|name| (format!("pki/{name}"), PKI.text(name)));
        let expand = |text: &String| expand(text, &words, &self.name);
        let pairs = |pairs: &[(String, String)]| {
            pairs.iter().map(|(key, value)| (expand(key), expand(value))).collect::<Vec<_>>()
        };
        let answer = |answer: &Answer| Answer {
            headers: pairs(&answer.headers),
            body: expand(&answer.body),
            ..answer.clone()
        };
        let answers = self.answers.iter().map(|(path, all)| (path.clone(), all.iter().map(answer).collect()));
        Self {
            files: pairs(&self.files).into_iter().chain(named).collect(),
            flags: self.flags.iter().map(expand).collect(),
            variables: pairs(&self.variables),
            answers: answers.collect(),
            says: self.says.iter().map(expand).collect(),
            ..self.clone()
        }
    }

    fn words(&self, recorder: &Recorder, dir: &str) -> BTreeMap<String, String> {
        let mut words = BTreeMap::from([("dir".to_owned(), dir.to_owned())]);
        for (name, port) in recorder.ports() {
            let (_, kind) = self.servers.iter().find(|(known, _)| known == name).expect("it was started");
            let scheme = match kind {
                Kind::Https(_) | Kind::HttpsProxy(_) => "https",
                Kind::SocksProxy => "socks5",
                Kind::Http | Kind::HttpProxy | Kind::RefusingProxy(_) | Kind::Silent => "http",
            };
            words.insert(format!("{name}.port"), port.to_string());
            words.insert(format!("{name}.url"), format!("{scheme}://127.0.0.1:{port}"));
        }
        for word in ["port", "url"] {
            words.insert(word.to_owned(), words[&format!("{API}.{word}")].clone());
        }
        words
    }
}

fn expand(text: &str, words: &BTreeMap<String, String>, case: &str) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        expanded.push_str(before);
        let word = after.split_once('>').filter(|(word, _)| is_word(word));
        let Some((word, after)) = word else {
            expanded.push('<');
            rest = after;
            continue;
        };
        let value = match word.split_once('.') {
            Some(("secret", name)) => secret(name).to_owned(),
            Some(("urlsecret", name)) => utf8_percent_encode(secret(name), NON_ALPHANUMERIC).to_string(),
            Some(("path", name)) => format!("{}/pki/{name}", words["dir"]),
            Some(("text", name)) => PKI.text(name),
            Some(("json", name)) => PKI.text(name).replace('\n', "\\n"),
            Some(("data", name)) => BASE64_STANDARD.encode(PKI.text(name)),
            _ => words.get(word).unwrap_or_else(|| panic!("{case}: what is <{word}>?")).clone(),
        };
        expanded.push_str(&value);
        rest = after;
    }
    expanded + rest
}

fn is_word(text: &str) -> bool {
    let is_plain = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c));
    is_plain && (text.contains('.') || ["dir", "port", "url"].contains(&text))
}

/// A kubeconfig with one context.
pub fn kubeconfig(cluster: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: main\n\
         contexts: [{{name: main, context: {{cluster: c, user: u}}}}]\n\
         clusters: [{{name: c, cluster: {{{cluster}}}}}]\n\
         users: [{{name: u, user: {{{user}}}}}]\n"
    )
}

/// The name of an exec plugin that writes down how it was run and then prints the case's file `reply`, or the file
/// that `REPLY` names. It is in each case's folder.
pub const PLUGIN: &str = "credentials";

pub const PLUGIN_SCRIPT: &str = r#"#!/bin/sh
dir=<dir>
run=$dir/runs/$(printf %03d "$(ls "$dir/runs" | wc -l)")-$$
mkdir "$run"
for argument in "$0" "$@"; do printf '%s\n' "$argument" >>"$run/arguments"; done
env | grep -v -e '^PWD=' -e '^SHLVL=' -e '^_=' -e '^OLDPWD=' -e '^KUBERNETES_EXEC_INFO=' | sort >"$run/variables"
printf %s "$KUBERNETES_EXEC_INFO" >"$run/info"
readlink -f /proc/self/fd/0 >"$run/stdin"
pwd >"$run/folder"
[ -e "$dir/says" ] && cat "$dir/says" >&2
[ -e "$dir/pause" ] && sleep "$(cat "$dir/pause")"
next=$dir/reply-$(ls "$dir/runs" | wc -l)
[ -e "$next" ] || next=$dir/${REPLY:-reply}
cat "$next"
[ -e "$dir/status" ] && exit "$(cat "$dir/status")"
exit 0
"#;
