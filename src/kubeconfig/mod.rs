//! From flags, kubeconfig files, the environment and the pod's own files to a [`Connection`], exactly as kubectl.
//!
//! [`resolve`] is a pure function of the flags and what a [`Surroundings`] shows. Its way:
//! `merge` reads the files (`file` by `yaml` and `decode`), `overrides` chooses and lays the flags over,
//! `validate` and `credentials` refuse what client-go refuses, `in_cluster` steps in where nothing was said.

mod cache;
pub mod connection;
mod credentials;
mod decode;
mod error;
mod file;
mod flags;
mod in_cluster;
mod kuberc;
pub mod login;
mod merge;
mod names;
mod origin;
mod overrides;
pub mod paths;
mod resolve;
mod scalar;
pub mod secret;
pub mod surroundings;
#[cfg(test)]
mod tests;
mod timeout;
mod url;
mod validate;
mod yaml;

pub use cache::cache_directory;
pub use connection::Connection;
pub use error::ConfigurationError;
pub use flags::ConnectionFlags;
pub use names::{Names, names};
pub use origin::{Field, Origin, Origins};
pub use resolve::{explain, resolve};
pub use secret::Secret;
pub use surroundings::{Memory, Surroundings, System};
pub use timeout::duration;
