//! What is the case, for whoever wonders why it is.

pub mod config;
