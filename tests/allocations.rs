//! Guards the hot path without a clock: what reading, joining and writing may take from the heap, for each node.

#![allow(clippy::cast_possible_truncation, clippy::unwrap_used, reason = "a test may fail")]

#[path = "../benches/support/in_process.rs"]
mod in_process;

use std::io;

use nodeusage::render::{Format, Style, renderer};

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

/// A dhat profiler sees the whole process, so there is one test.
#[test]
fn a_node_costs_little() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let of = |nodes: usize| {
        let before = dhat::HeapStats::get();
        let snapshot = in_process::read(nodes);
        let report = in_process::report(&snapshot);
        renderer(Format::Csv, Style::default()).render(&report, &mut io::sink()).unwrap();
        let after = dhat::HeapStats::get();
        (after.total_blocks - before.total_blocks, after.max_bytes as u64)
    };
    let (small_blocks, small_peak) = of(1_000);
    let (large_blocks, large_peak) = of(3_000);
    let blocks = (large_blocks - small_blocks) / 2_000;
    let bytes = (large_peak - small_peak) / 2_000;
    dhat::assert!(blocks <= 52, "{blocks} allocations a node");
    dhat::assert!(bytes <= 700, "{bytes} bytes of peak memory a node");
}
