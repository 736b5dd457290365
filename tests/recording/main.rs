//! Watching without a terminal: what is recorded, what becomes of it when something goes wrong, and how it ends.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may fail, and says then by which chance"
)]

#[path = "../support/environment.rs"]
mod environment;
#[path = "../support/running.rs"]
mod running;
#[path = "../support/server.rs"]
mod server;

mod cluster;
mod disk;
mod file;
mod kills;
mod pace;
mod places;
mod stop;
