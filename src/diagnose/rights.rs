//! The rights that the plugin's requests need: what `rbac` grants and `doctor` asks the server about.

use std::fmt;

/// The right to one kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// What is lost without it; the first of them matters most.
    pub purposes: &'static [Purpose],
    /// The API group; empty for core.
    pub group: &'static str,
    /// The resource.
    pub resource: &'static str,
    /// `get`, `list` or `watch`.
    pub verb: &'static str,
}

/// What rights are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// The use of nodes. Without it there is nothing to show.
    Usage,
    /// Allocatable and capacity, of which percent is computed.
    Percent,
    /// What pods request.
    Requests,
    /// The pods of a node, with their use.
    Pods,
}

const fn right(
    purposes: &'static [Purpose],
    group: &'static str,
    resource: &'static str,
    verb: &'static str,
) -> Right {
    Right { purposes, group, resource, verb }
}

/// Every right, in the order in which it matters.
pub const RIGHTS: [Right; 8] = [
    right(&[Purpose::Usage], "metrics.k8s.io", "nodes", "get"),
    right(&[Purpose::Usage], "metrics.k8s.io", "nodes", "list"),
    right(&[Purpose::Percent], "", "nodes", "get"),
    right(&[Purpose::Percent], "", "nodes", "list"),
    right(&[Purpose::Percent], "", "nodes", "watch"),
    right(&[Purpose::Requests, Purpose::Pods], "", "pods", "list"),
    right(&[Purpose::Requests], "", "pods", "watch"),
    right(&[Purpose::Pods], "metrics.k8s.io", "pods", "list"),
];

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verb, resource, group, .. } = self;
        if group.is_empty() { write!(f, "{verb} {resource}") } else { write!(f, "{verb} {resource}.{group}") }
    }
}

impl Right {
    /// The first of its purposes.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purposes[0]
    }

    /// What can't be done without it.
    #[must_use]
    pub fn loss(&self) -> &'static str {
        match (self.purpose(), self.verb) {
            (Purpose::Usage, "get") => "the use of a node that is named can't be shown",
            (Purpose::Usage, _) => "the use of nodes can't be shown",
            (Purpose::Percent, "get") => "percent is unknown for a node that is named",
            (Purpose::Percent, "watch") => "in watch mode nodes are listed once a minute",
            (Purpose::Percent, _) => "percent is unknown",
            (Purpose::Requests, "watch") => "changes of pods can't be followed",
            (Purpose::Requests, _) => "the pods' requests are unknown, and --pods has none to list",
            (Purpose::Pods, _) => "the use of pods is unknown",
        }
    }
}

impl Purpose {
    /// The flag of `rbac` that grants its rights; the empty one where they are always granted.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Usage => "",
            Self::Percent => "--with-percent",
            Self::Requests => "--with-requests",
            Self::Pods => "--with-pods",
        }
    }
}
