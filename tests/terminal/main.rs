//! The live view in a real terminal, which is tmux: what is on it, and what is left of it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../support/environment.rs"]
mod environment;
#[path = "../support/running.rs"]
#[allow(dead_code, reason = "only the waiting is needed")]
mod running;
#[path = "../support/server.rs"]
mod server;

mod failing;
mod leaving;
mod tmux;
mod view;
