//! What is done once a node: quantity, decoding, join, each renderer. `cargo bench`.

#![allow(
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may fail"
)]

#[path = "support/in_process.rs"]
mod in_process;

use std::{hint::black_box, io};

use clap::ValueEnum;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use in_process::{read, report};
use nodeusage::{
    quantity::Quantity,
    render::{Format, Style, renderer},
    usage::{Base, join},
};

const NODES: usize = 5_000;

fn quantity(criterion: &mut Criterion) {
    for text in ["3920m", "16384256Ki", "123456789n"] {
        criterion.bench_function(&format!("quantity {text}"), |bencher| {
            bencher.iter(|| black_box(text).parse::<Quantity>().unwrap());
        });
    }
}

fn per_node(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("5000 nodes");
    group.throughput(Throughput::Elements(NODES as u64)).sample_size(20);
    group.bench_function("read and decode", |bencher| bencher.iter(|| read(NODES)));
    let snapshot = read(NODES);
    group.bench_function("join", |bencher| bencher.iter(|| join(&snapshot, None, Base::Allocatable)));
    let report = report(&snapshot);
    for format in Format::value_variants() {
        group.bench_function(format!("render {format:?}"), |bencher| {
            bencher.iter(|| renderer(*format, Style::default()).render(&report, &mut io::sink()).unwrap());
        });
    }
}

criterion_group!(benches, quantity, per_node);
criterion_main!(benches);
