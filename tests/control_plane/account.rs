//! A ServiceAccount outside of a pod: who has its token can do what it may do.

use std::io::Write;

use serde_json::json;
use tempfile::NamedTempFile;

use crate::{
    plane::Plane,
    support::{Outcome, nodeusage, run},
};

pub struct Account<'a> {
    plane: &'a Plane,
    namespace: String,
    token: String,
}

impl<'a> Account<'a> {
    /// The account `reader` of a namespace, both made here, with no right but those that every account has.
    pub fn new(plane: &'a Plane, namespace: &str) -> Self {
        plane.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}));
        plane.apply(&json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader", "namespace": namespace}
        }));
        let token = plane.kubectl(&["create", "token", "reader", "-n", namespace]).success();
        Self { plane, namespace: namespace.to_owned(), token: token.trim().to_owned() }
    }

    /// As the server names it.
    pub fn user(&self) -> String {
        format!("system:serviceaccount:{}:reader", self.namespace)
    }

    /// The plugin with the account's token and no kubeconfig.
    pub fn nodeusage(&self, arguments: &[&str]) -> Outcome {
        let text = |key: &str| self.plane.ready[key].as_str().unwrap();
        let outcome = run(nodeusage()
            .args(arguments)
            .args(["--server", text("server"), "--certificate-authority", text("ca_file")])
            .args(["--token", &self.token]));
        assert!(!format!("{outcome:?}").contains(&self.token), "the token is printed: {outcome:?}");
        outcome
    }

    /// Waits until the server heeds what the account may do, or may do no longer: a role takes a moment.
    pub fn wait_until(&self, allowed: bool, verb: &str, resource: &str) {
        let (name, group) = resource.split_once('.').unwrap_or((resource, ""));
        let review = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {
            "user": self.user(), "resourceAttributes": {"verb": verb, "resource": name, "group": group},
        }});
        let mut file = NamedTempFile::new().unwrap();
        write!(file, "{review}").unwrap();
        let path = file.path().to_str().unwrap();
        let heeded = (0..100).any(|_| {
            let said = self.plane.kubectl(&["create", "-f", path, "-o", "jsonpath={.status.allowed}"]);
            let is_so = said.success() == allowed.to_string();
            if !is_so {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            is_so
        });
        assert!(heeded, "{} {verb} {resource}: allowed is not {allowed}", self.user());
    }
}
