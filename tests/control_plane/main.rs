//! The plugin against a real control plane: etcd, kube-apiserver, metrics-server and simulated kubelets.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../support/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

mod account;
mod completion;
mod connection;
#[path = "../support/diagnosis.rs"]
mod diagnosis;
mod doctor;
mod deploy;
mod encodings;
mod formats;
mod kubectl_top;
mod plane;
mod pod;
mod python_client;
mod rbac;
mod rotation;
mod unknown;
mod verbosity;
