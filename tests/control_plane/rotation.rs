//! A client that lives long in a pod, while its ServiceAccount's token is rotated.

use std::{fs, path::PathBuf, time::Duration};

use nodeusage::{
    client::{Client, Messages, Surroundings},
    error::Error,
    kubeconfig::connection::{Connection, Credentials, Impersonation, Material, Tls},
    source::{self, Query, Received, Selection, Served},
};
use serde_json::json;

use crate::plane::SHARED;

/// A token that is good for as long as a Secret exists, as a pod's own is for as long as the pod does.
fn token_bound_to(secret: &str) -> String {
    let metadata = json!({"name": secret, "namespace": "rotation"});
    SHARED.apply(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata}));
    let bound = ["--bound-object-kind=Secret", "--bound-object-name", secret];
    let command = [&["create", "token", "reader", "-n", "rotation"], &bound[..]].concat();
    SHARED.kubectl(&command).success().trim().to_owned()
}

#[tokio::test]
async fn a_rotated_token_is_taken_up_and_the_old_one_is_refused() {
    SHARED.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "rotation"}}));
    let metadata = json!({"name": "reader", "namespace": "rotation"});
    SHARED.apply(&json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}));
    let binding = ["rotation", "--clusterrole=cluster-admin", "--serviceaccount=rotation:reader"];
    SHARED.kubectl(&[&["create", "clusterrolebinding"], &binding[..]].concat()).success();

    let file = tempfile::NamedTempFile::new().unwrap();
    let first = token_bound_to("first");
    fs::write(&file, &first).unwrap();
    let connection = Connection {
        server: SHARED.ready["server"].as_str().unwrap().parse().unwrap(),
        context: None,
        namespace: "rotation".to_owned(),
        tls: Tls {
            authority: Some(Material::File(PathBuf::from(SHARED.ready["ca_file"].as_str().unwrap()))),
            ..Tls::default()
        },
        credentials: Credentials { token_file: Some(file.path().to_owned()), ..Credentials::default() },
        impersonation: Impersonation::default(),
        proxy: None,
        disable_compression: false,
        timeout: None,
        in_cluster: true,
    };
    let client =
        Client::new(&connection, &Surroundings::of_process(0, Messages::to(std::io::stderr()))).unwrap();
    let query =
        Query { selection: Selection::All, field_selector: None, label_keys: Vec::new(), pods: false };
    let read = async || {
        source::read(&client, &query, &Served::default(), &Received::default())
            .await
            .map(|snapshot| snapshot.nodes.len())
    };
    // A role takes a moment to be heeded.
    let mut outcome = read().await;
    for _ in 0..50 {
        if !matches!(outcome, Err(Error::Forbidden(_))) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        outcome = read().await;
    }
    assert_eq!(outcome.unwrap(), 40);

    fs::write(&file, token_bound_to("second")).unwrap();
    SHARED.kubectl(&["delete", "secret", "first", "-n", "rotation"]).success();
    // The server remembers for some seconds whom it let in.
    let mut outcome = read().await;
    for _ in 0..60 {
        if outcome.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        outcome = read().await;
    }
    assert!(matches!(outcome, Err(Error::Unauthorized)), "the first token is of no use: {outcome:?}");

    assert_eq!(read().await.unwrap(), 40);
}
