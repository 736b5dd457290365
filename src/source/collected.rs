//! The objects of a list, while they come.

use super::decode::Partial;
use crate::{
    requests::Pod,
    snapshot::{Labels, Node, PodSample, Sample, Unreadable},
};

/// The most that the names, labels and taints of a list may take. Those of 100,000 nodes take some 20 MiB;
/// with a few labels twice that.
const MOST_TEXT: usize = 48 << 20;

/// What a text takes beside its bytes.
const BESIDE_BYTES: usize = 48;

/// An object of which texts are kept.
pub trait Named {
    /// Its name.
    fn name(&self) -> &str;

    /// What its texts take in memory, in bytes, about.
    fn text(&self) -> usize;
}

impl Named for Node {
    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> usize {
        let taints = self.taints.iter().flatten().map(|taint| of_text(taint)).sum::<usize>();
        of_text(&self.name) + of_labels(&self.labels) + taints
    }
}

impl Named for Sample {
    fn name(&self) -> &str {
        &self.node
    }

    fn text(&self) -> usize {
        of_text(&self.node) + of_labels(&self.labels)
    }
}

impl Named for Pod {
    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> usize {
        let ips = self.ips.iter().flatten().map(|ip| of_text(ip));
        let resources = self.extended.keys().map(|resource| of_text(resource));
        of_text(&self.namespace) + of_text(&self.name) + ips.chain(resources).sum::<usize>()
    }
}

impl Named for PodSample {
    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> usize {
        of_text(&self.namespace) + of_text(&self.name) + self.problem.as_deref().map_or(0, of_text)
    }
}

fn of_labels(labels: &Labels) -> usize {
    labels.iter().map(|(key, value)| of_text(key) + of_text(value)).sum()
}

fn of_text(text: &str) -> usize {
    text.len() + BESIDE_BYTES
}

/// What could be read so far, and what could not.
#[derive(Debug)]
pub struct Collected<T> {
    /// The objects, in the server's order.
    pub objects: Vec<T>,
    /// Those of which something can't be read.
    pub unreadable: Unreadable,
    text: usize,
}

impl<T> Default for Collected<T> {
    fn default() -> Self {
        Self { objects: Vec::new(), unreadable: Unreadable::default(), text: 0 }
    }
}

impl<T: Named> Collected<T> {
    /// Takes one more.
    ///
    /// # Errors
    ///
    /// Says so when the objects together hold more than fits a small memory.
    pub fn add(&mut self, partial: Partial<T>) -> Result<(), String> {
        self.text += partial.object.as_ref().map_or(0, Named::text);
        if self.text > MOST_TEXT {
            let most = MOST_TEXT >> 20;
            return Err(format!("its names, labels and taints take more than {most} MiB"));
        }
        self.objects.extend(partial.object);
        if let Some(problem) = &partial.problem {
            self.unreadable.add(problem);
        }
        Ok(())
    }
}
