//! The flags of `rbac`.

use clap::Args;

use crate::diagnose::{
    rbac::{AccountName, Grant, RoleName, ServiceAccountName, Subject},
    rights::Purpose,
};

pub(super) const EXAMPLES: &str = "\
Examples:
  # Let the pods of a ServiceAccount see the use of nodes
  kubectl nodeusage rbac --serviceaccount dev:node-reader | kubectl apply -f -

  # Let a group see percent, too
  kubectl nodeusage rbac --group ops --with-percent | kubectl apply -f -

  # A ServiceAccount, and a pod that prints the use once
  kubectl nodeusage rbac --serviceaccount dev:node-reader --example-pod --image IMAGE | kubectl apply -f -";

/// Whom to grant what.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags are what is typed")]
pub(super) struct RbacArgs {
    /// The ServiceAccount that gets the rights; it is created if it is not there, its namespace is not.
    #[arg(long, value_name = "NAMESPACE:NAME", group = "subject", default_value = "default:nodeusage")]
    serviceaccount: ServiceAccountName,

    // The id is that of the connection's flag, in whose place this one stands; nothing is asked of a server here.
    /// The user that gets the rights, as the server calls it.
    #[arg(id = "user", long, value_name = "USER", group = "subject")]
    user: Option<String>,

    /// The group that gets the rights.
    #[arg(long, value_name = "GROUP", group = "subject")]
    group: Option<AccountName>,

    /// Also what percent needs: get, list and watch nodes.
    #[arg(long)]
    with_percent: bool,

    /// Also what the pods' requests need: list and watch pods.
    #[arg(long)]
    with_requests: bool,

    /// Also what the list of a node's pods needs: list pods and their use. Their percent needs --with-percent, too.
    #[arg(long)]
    with_pods: bool,

    /// The name of the ClusterRole and of its binding [default: one that no other subject has].
    #[arg(long, value_name = "NAME")]
    name: Option<RoleName>,

    /// Also a pod that prints the use of nodes once, as the ServiceAccount.
    #[arg(long, conflicts_with_all = ["user", "group"])]
    example_pod: bool,

    /// The image of that pod. It must hold kubectl-nodeusage.
    #[arg(long, requires = "example_pod",
          default_value = concat!("kubectl-nodeusage:", env!("CARGO_PKG_VERSION")))]
    image: String,
}

impl RbacArgs {
    /// What is meant by it.
    ///
    /// # Errors
    ///
    /// Says why the user's name can't be used.
    pub(super) fn grant(self) -> Result<Grant, String> {
        let subject = match (self.user, self.group) {
            (Some(user), _) => {
                let name = user
                    .parse()
                    .map_err(|problem| format!("invalid value {user:?} for '--user <USER>': {problem}"))?;
                Subject::User(name)
            }
            (None, Some(group)) => Subject::Group(group),
            (None, None) => Subject::ServiceAccount {
                account: self.serviceaccount,
                image: self.example_pod.then_some(self.image),
            },
        };
        let purposes = [
            (true, Purpose::Usage),
            (self.with_percent, Purpose::Percent),
            (self.with_requests, Purpose::Requests),
            (self.with_pods, Purpose::Pods),
        ];
        let purposes = purposes.into_iter().filter_map(|(wanted, purpose)| wanted.then_some(purpose));
        Ok(Grant { subject, purposes: purposes.collect(), name: self.name })
    }
}
