//! What is in a recording.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use crate::cluster::timestamp;

/// The column names of a recording, tabs or commas between them.
pub const HEADER: &str = "timestamp,context,node,cpu_usage_cores,cpu_allocatable_cores,cpu_capacity_cores,cpu_usage_percent,\
memory_usage_bytes,memory_allocatable_bytes,memory_capacity_bytes,memory_usage_percent,window_seconds,unknown_reason";

/// The whole lines of a file, and the bytes of a torn one behind them.
pub fn lines(path: &Path) -> (String, usize) {
    let bytes = fs::read(path).unwrap_or_default();
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    (String::from_utf8(bytes[..whole].to_vec()).unwrap(), bytes.len() - whole)
}

/// The timestamps of each node in the order of the file, which must have one header, whole rows, and no sample twice.
#[track_caller]
pub fn samples(lines: &str, delimiter: char) -> BTreeMap<String, Vec<String>> {
    let header = HEADER.replace(',', &delimiter.to_string());
    assert_eq!(lines.matches("timestamp").count(), usize::from(!lines.is_empty()), "one header");
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.delimiter(delimiter as u8).from_reader(lines.as_bytes());
    if !lines.is_empty() {
        let found: Vec<_> = reader.headers().unwrap().iter().collect();
        assert_eq!(found, header.split(delimiter).collect::<Vec<_>>());
    }
    let mut samples: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut readings = HashMap::new();
    for row in reader.records() {
        // A row of another length is an error of the reader's.
        let row = row.unwrap();
        assert_eq!((&row[4], &row[8], &row[12]), ("4", "8589934592", ""), "{row:?}");
        let former = readings.insert(row[2].to_owned(), row[0].to_owned());
        assert!(former.is_none_or(|former| *former < row[0]), "doubled or not in order: {row:?}");
        samples.entry(row[2].to_owned()).or_default().push(row[0].to_owned());
    }
    samples
}

/// Asserts that lines hold all the readings from the first to the last of each node.
#[track_caller]
pub fn assert_complete(lines: &str, nodes: usize, last: u64) {
    let samples = samples(lines, ',');
    assert_eq!(samples.len(), nodes);
    let expected: Vec<_> = (1..=last).map(timestamp).collect();
    for (node, found) in samples {
        assert_eq!(found, expected, "{node}");
    }
}
