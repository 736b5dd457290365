//! What a release has: the archive that `release/archive` makes, krew's manifest, and both with the real krew and kubectl.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../support/mod.rs"]
mod support;

mod archive;
mod chroot;
mod krew;
mod manifest;
