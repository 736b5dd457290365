//! Completion: what a word may become, how long that takes, and what shells make of it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../support/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

mod shells;
mod terminal;
mod time_limit;
mod words;
