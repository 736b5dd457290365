//! The plugin against a real control plane: etcd, kube-apiserver, metrics-server and simulated kubelets.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../support/running.rs"]
mod running;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

mod account;
mod completion;
mod connection;
mod contexts;
mod deploy;
#[path = "../support/diagnosis.rs"]
mod diagnosis;
mod doctor;
mod encodings;
mod files;
mod formats;
mod front;
mod kubectl_top;
mod observer;
mod plane;
mod pod;
mod pods;
mod proxy;
mod python_client;
mod rbac;
mod recorder;
mod recording;
mod requests;
mod rotation;
mod unknown;
mod verbosity;
