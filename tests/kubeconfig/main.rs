//! The resolver against client-go itself, and against kubeconfigs that are not quite ones.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod case;
mod documents;
mod generate;
mod mutated;
mod oracle;
mod users;
mod written;
