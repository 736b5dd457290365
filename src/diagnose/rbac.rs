//! `rbac`: the least that lets a subject use this program, as YAML for `kubectl apply`.

mod names;
mod pod;

use std::io::{self, Write};

use k8s_openapi::{
    api::{
        core::v1::ServiceAccount,
        rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, RoleRef, Subject as Bound},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use serde::Serialize;

use super::rights::{Purpose, RIGHTS, Right};
use crate::{error::Error, render::yaml};

pub use names::{AccountName, RoleName, ServiceAccountName};

/// What is granted to whom.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Who gets the rights.
    pub subject: Subject,
    /// What they are for.
    pub purposes: Vec<Purpose>,
    /// The name of the ClusterRole and its binding; `None` is one that belongs to the subject alone.
    pub name: Option<RoleName>,
}

/// Who gets the rights.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A ServiceAccount, which is created too; its namespace must be there. The manifest has no Namespace, since
    /// deleting what the manifest names would delete all that is in it. `image` is that of an example pod.
    ServiceAccount {
        /// Namespace and name.
        account: ServiceAccountName,
        /// The image of a pod that runs this program as the ServiceAccount; `None` is no pod.
        image: Option<String>,
    },
    /// A user, as the server calls it.
    User(AccountName),
    /// A group.
    Group(AccountName),
}

/// Writes the manifest: ServiceAccount, ClusterRole, `ClusterRoleBinding`, Pod, as far as there are any.
///
/// # Errors
///
/// [`Error::Output`].
pub fn write(grant: &Grant, out: &mut dyn Write) -> Result<(), Error> {
    manifest(grant, out).and_then(|()| out.flush()).map_err(Error::Output)
}

fn manifest(grant: &Grant, out: &mut dyn Write) -> io::Result<()> {
    if let Subject::ServiceAccount { account, .. } = &grant.subject {
        document(&service_account(account), out)?;
    }
    document(&cluster_role(grant), out)?;
    document(&binding(grant), out)?;
    if let Subject::ServiceAccount { account, image: Some(image) } = &grant.subject {
        document(&pod::example(account, image), out)?;
    }
    Ok(())
}

fn document(object: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "---")?;
    yaml::write(object, out)
}

fn service_account(account: &ServiceAccountName) -> ServiceAccount {
    ServiceAccount {
        metadata: ObjectMeta {
            name: Some(account.name.clone()),
            namespace: Some(account.namespace.clone()),
            ..ObjectMeta::default()
        },
        ..ServiceAccount::default()
    }
}

fn cluster_role(grant: &Grant) -> ClusterRole {
    let is_granted = |right: &&Right| right.purposes.iter().any(|purpose| grant.purposes.contains(purpose));
    let granted: Vec<&Right> = RIGHTS.iter().filter(is_granted).collect();
    let of_one_resource =
        granted.chunk_by(|one, next| (one.group, one.resource) == (next.group, next.resource));
    let rules = of_one_resource.map(|rights| PolicyRule {
        api_groups: Some(vec![rights[0].group.to_owned()]),
        resources: Some(vec![rights[0].resource.to_owned()]),
        verbs: rights.iter().map(|right| right.verb.to_owned()).collect(),
        ..PolicyRule::default()
    });
    ClusterRole {
        metadata: named(&grant.role_name()),
        rules: Some(rules.collect()),
        ..ClusterRole::default()
    }
}

fn binding(grant: &Grant) -> ClusterRoleBinding {
    let name = grant.role_name();
    ClusterRoleBinding {
        metadata: named(&name),
        role_ref: RoleRef {
            api_group: Some(RBAC_GROUP.to_owned()),
            kind: "ClusterRole".to_owned(),
            name: name.as_str().to_owned(),
        },
        subjects: Some(vec![match &grant.subject {
            Subject::ServiceAccount { account, .. } => Bound {
                kind: "ServiceAccount".to_owned(),
                name: account.name.clone(),
                namespace: Some(account.namespace.clone()),
                ..Bound::default()
            },
            Subject::User(user) => account("User", user),
            Subject::Group(group) => account("Group", group),
        }]),
    }
}

const RBAC_GROUP: &str = "rbac.authorization.k8s.io";

fn account(kind: &str, name: &AccountName) -> Bound {
    Bound {
        api_group: Some(RBAC_GROUP.to_owned()),
        kind: kind.to_owned(),
        name: name.as_str().to_owned(),
        ..Bound::default()
    }
}

fn named(name: &RoleName) -> ObjectMeta {
    ObjectMeta { name: Some(name.as_str().to_owned()), ..ObjectMeta::default() }
}

impl Grant {
    fn role_name(&self) -> RoleName {
        self.name.clone().unwrap_or_else(|| match &self.subject {
            Subject::ServiceAccount { account, .. } => {
                RoleName::of_subject("serviceaccount", &account.to_string())
            }
            Subject::User(user) => RoleName::of_subject("user", user.as_str()),
            Subject::Group(group) => RoleName::of_subject("group", group.as_str()),
        })
    }
}
