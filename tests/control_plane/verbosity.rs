//! `-v 6` to `-v 9` beside kubectl's.

use crate::plane::SHARED;

/// The first entry of each message in a log, without time and place, without what differs between any two programs or
/// runs, and without what only kubectl measures.
fn entries(log: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in log.lines() {
        match line.split_once("] \"").filter(|(head, _)| head.starts_with('I')) {
            Some((_, entry)) => found.push(format!("\"{entry}")),
            None => {
                if let Some(entry) = found.last_mut() {
                    entry.push('\n');
                    entry.push_str(line);
                }
            }
        }
    }
    ["\"Request Body\" ", "\"Request\" ", "\"Response\" ", "\"Response Body\" "]
        .into_iter()
        .filter_map(|message| found.iter().find(|entry| entry.starts_with(message)))
        .map(|entry| comparable(entry))
        .collect()
}

fn comparable(entry: &str) -> String {
    const OWN: [&str; 6] =
        ["\tAccept: ", "\tUser-Agent: ", "\tAudit-Id: ", "\tDate: ", "\tX-Kubernetes-", "\tcurl "];
    let lines = entry.lines().filter(|line| !OWN.iter().any(|own| line.starts_with(own)));
    let words = lines.map(|line| {
        let words = line.split(' ').filter(|word| !word.contains("Milliseconds="));
        let words = words.map(|word| match word.split_once("milliseconds=") {
            Some((before, _)) => format!("{before}milliseconds=N"),
            None => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    });
    words.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_level_shows_what_it_shows_in_kubectl() {
    for (level, count) in [("5", 0), ("6", 1), ("7", 2), ("8", 4), ("9", 4)] {
        // The first request of both is for the version; kubectl version has a limit of its own.
        let kubectl = SHARED.kubectl(&["version", "-v", level]);
        let ours = SHARED.nodeusage(&["doctor", "-v", level]);
        assert_eq!((kubectl.code, ours.code), (0, 0));
        let (theirs, ours) = (entries(&kubectl.stderr.replace("?timeout=32s", "")), entries(&ours.stderr));
        assert_eq!(ours, theirs, "-v {level}");
        assert_eq!(ours.len(), count, "-v {level}: {ours:#?}");
    }
}
