//! The cases, by what is attacked.

mod bodies;
mod items;
mod pod_samples;
mod pods;
mod protobuf;
mod refusals;
mod wire;

use crate::case::{Case, Trick};
pub use pods::numbered;

pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(wire::cases());
    cases.extend(refusals::cases());
    cases.extend(bodies::cases());
    cases.extend(items::cases());
    cases.extend(protobuf::cases());
    cases.extend(pods::cases());
    cases.extend(pod_samples::cases());
    cases
}

/// Each trick on each of the requests.
fn each(tricks: Vec<Trick>, requests: &'static [crate::server::Request]) -> impl Iterator<Item = Case> {
    tricks.into_iter().flat_map(move |trick| trick.on(requests).collect::<Vec<_>>())
}
