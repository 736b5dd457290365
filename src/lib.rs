//! CPU and memory use of a Kubernetes cluster's nodes, in cores and percent of allocatable.
//!
//! Data flows one way: a [`client::Client`] for a [`kubeconfig::Connection`] is [`source::read`] into a
//! [`snapshot::Snapshot`], which [`usage::join`] turns into rows, of which a [`report::Report`] is made, which a
//! [`render::Render`] writes. `examples/pod.rs` reads the use of a pod's own cluster with it.

pub mod amount;
pub mod backoff;
pub mod cli;
pub mod client;
pub mod complete;
pub mod diagnose;
pub mod error;
pub mod expression;
pub mod filter;
pub mod group;
pub mod kubeconfig;
pub mod pod_usage;
pub mod progress;
pub mod quantity;
pub mod record;
pub mod render;
pub mod report;
pub mod requests;
pub mod run;
pub mod screen;
pub mod selector;
pub mod signals;
pub mod snapshot;
pub mod source;
pub mod trend;
pub mod usage;
pub mod visible;
pub mod watch;
