//! Every input that fuzzing found worth keeping, given to the very functions that it is found with.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::{collections::BTreeSet, fs, panic, path::Path};

/// What is given an input, and may not panic.
type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 6] = [
    ("condition", targets::condition),
    ("json", targets::json),
    ("kubeconfig", targets::kubeconfig),
    ("protobuf", targets::protobuf),
    ("quantity", targets::quantity),
    ("selector", targets::selector),
];

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn no_input_of_a_corpus_makes_its_target_panic() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let known = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&fuzz.join("fuzz_targets")), known);
    assert_eq!(names(&fuzz.join("corpus")), known);
    for (name, target) in TARGETS {
        let inputs: Vec<_> = fs::read_dir(fuzz.join("corpus").join(name)).unwrap().collect();
        assert!(!inputs.is_empty(), "{name}");
        for input in inputs {
            let path = input.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            assert!(panic::catch_unwind(|| target(&bytes)).is_ok(), "{}", path.display());
        }
    }
}
