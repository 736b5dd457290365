//! The rights that the plugin's requests need: what `rbac` grants and `doctor` asks the server about.

/// The right to one kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// What is lost without it.
    pub purpose: Purpose,
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
}

/// Every right, in the order in which it matters.
pub const RIGHTS: [Right; 7] = [
    Right { purpose: Purpose::Usage, group: "metrics.k8s.io", resource: "nodes", verb: "get" },
    Right { purpose: Purpose::Usage, group: "metrics.k8s.io", resource: "nodes", verb: "list" },
    Right { purpose: Purpose::Percent, group: "", resource: "nodes", verb: "get" },
    Right { purpose: Purpose::Percent, group: "", resource: "nodes", verb: "list" },
    Right { purpose: Purpose::Percent, group: "", resource: "nodes", verb: "watch" },
    Right { purpose: Purpose::Requests, group: "", resource: "pods", verb: "list" },
    Right { purpose: Purpose::Requests, group: "", resource: "pods", verb: "watch" },
];
