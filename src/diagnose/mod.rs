//! What is the case, for whoever wonders why it is, and what mends it.

pub mod config;
pub mod doctor;
pub mod rbac;
pub mod rights;
