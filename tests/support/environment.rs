//! What programs under test see of the one who runs the tests: nothing.

use std::{
    env,
    process::{Command, Stdio},
};

/// A home without a kubeconfig, where kubectl may leave its caches.
pub const HOME: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/home");

/// Gives a program an environment of its own: an empty home, no kubeconfig, no proxy, no colour setting, no input.
pub fn in_empty_home(command: &mut Command) {
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).env("HOME", HOME);
    command.stdin(Stdio::null());
}
