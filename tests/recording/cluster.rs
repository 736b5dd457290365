//! A cluster whose samples are new each time that they are read.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{environment::in_empty_home, running::eventually, server::Server};

pub struct Cluster {
    pub server: Server,
    readings: Arc<AtomicU64>,
    is_renewed: Arc<AtomicBool>,
}

impl Cluster {
    pub fn of(nodes: usize) -> Self {
        let (readings, is_renewed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(true)));
        let (count, renew) = (Arc::clone(&readings), Arc::clone(&is_renewed));
        let objects: Vec<_> = (0..nodes).map(node).collect();
        let nodes_list = list(&objects, 1);
        let server = Server::start(move |path| match path {
            "/apis/metrics.k8s.io" => (200, json!({"versions": [{"version": "v1beta1"}]}).to_string()),
            "/apis/metrics.k8s.io/v1beta1/nodes" => {
                let reading = if renew.load(Ordering::SeqCst) {
                    count.fetch_add(1, Ordering::SeqCst) + 1
                } else {
                    count.load(Ordering::SeqCst)
                };
                let samples: Vec<_> = (0..nodes).map(|number| sample(number, reading)).collect();
                (200, list(&samples, reading))
            }
            "/api/v1/nodes" => (200, nodes_list.clone()),
            _ => (404, String::new()),
        });
        Self { server, readings, is_renewed }
    }

    /// How many different samples of each node have been read.
    pub fn readings(&self) -> u64 {
        self.readings.load(Ordering::SeqCst)
    }

    /// Waits until the samples have been read so many times more.
    #[track_caller]
    pub fn is_read_again(&self, times: u64) {
        let wanted = self.readings() + times;
        eventually("the cluster is read", || (self.readings() >= wanted).then_some(()));
    }

    /// From now on the samples stay as they are.
    pub fn renew_no_more(&self) {
        self.is_renewed.store(false, Ordering::SeqCst);
    }

    /// The plugin, watching this cluster once a second; for [`crate::running::Running`].
    pub fn recorder(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-nodeusage"));
        in_empty_home(&mut command);
        command.args(["-s", &self.server.url, "-w", "--interval=1s", "-o", "csv"]).args(arguments);
        command
    }
}

/// The timestamp of the samples of a reading.
pub fn timestamp(reading: u64) -> String {
    let start: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
    (start + std::time::Duration::from_secs(reading)).to_string()
}

fn list(items: &[Value], version: u64) -> String {
    json!({"metadata": {"resourceVersion": version.to_string()}, "items": items}).to_string()
}

fn name(number: usize) -> String {
    format!("node-{number:04}")
}

fn node(number: usize) -> Value {
    let resources = json!({"cpu": "4", "memory": "8Gi"});
    json!({"metadata": {"name": name(number)}, "status": {"capacity": resources, "allocatable": resources}})
}

fn sample(number: usize, reading: u64) -> Value {
    json!({
        "metadata": {"name": name(number)}, "timestamp": timestamp(reading), "window": "15s",
        "usage": {"cpu": format!("{}n", 1_000_000 * (number + 1)), "memory": "1Gi"},
    })
}
