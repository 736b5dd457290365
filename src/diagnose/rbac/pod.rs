//! A pod that runs this program once as its ServiceAccount, with no more than that takes.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        Capabilities, Container, Pod, PodSecurityContext, PodSpec, ResourceRequirements, SeccompProfile,
        SecurityContext,
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::ObjectMeta},
};

use super::ServiceAccountName;

/// Some user that is not root; images for such pods often use this one.
const NOBODY: i64 = 65532;

/// The pod, named after the ServiceAccount. It keeps to the Pod Security Standard `restricted`.
pub fn example(account: &ServiceAccountName, image: &str) -> Pod {
    let resources =
        |pairs: [(&str, &str); 2]| pairs.map(|(name, amount)| (name.to_owned(), Quantity(amount.to_owned())));
    let container = Container {
        name: "nodeusage".to_owned(),
        image: Some(image.to_owned()),
        command: Some(vec!["kubectl-nodeusage".to_owned()]),
        // Some 15 MiB are used on a cluster of 5,000 nodes.
        resources: Some(ResourceRequirements {
            requests: Some(BTreeMap::from(resources([("cpu", "50m"), ("memory", "32Mi")]))),
            limits: Some(BTreeMap::from(resources([("cpu", "500m"), ("memory", "64Mi")]))),
            ..ResourceRequirements::default()
        }),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                ..Capabilities::default()
            }),
            read_only_root_filesystem: Some(true),
            ..SecurityContext::default()
        }),
        ..Container::default()
    };
    let security = PodSecurityContext {
        run_as_group: Some(NOBODY),
        run_as_non_root: Some(true),
        run_as_user: Some(NOBODY),
        seccomp_profile: Some(SeccompProfile {
            type_: "RuntimeDefault".to_owned(),
            ..SeccompProfile::default()
        }),
        ..PodSecurityContext::default()
    };
    Pod {
        metadata: ObjectMeta {
            name: Some(account.name.clone()),
            namespace: Some(account.namespace.clone()),
            ..ObjectMeta::default()
        },
        spec: Some(PodSpec {
            containers: vec![container],
            restart_policy: Some("Never".to_owned()),
            security_context: Some(security),
            service_account_name: Some(account.name.clone()),
            ..PodSpec::default()
        }),
        ..Pod::default()
    }
}
