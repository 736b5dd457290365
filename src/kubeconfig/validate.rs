//! What is wrong with the chosen context, cluster and user; all of it, as kubectl says all of it.
//!
//! Source: `client-go tools/clientcmd/validation.go` by way of `DirectClientConfig.ConfirmUsable`.

use super::{
    ConfigurationError, error::shown, file::ExecPlugin, merge::Merged, overrides::Chosen,
    surroundings::Surroundings, url,
};

/// Checks what can be checked without a network. Files that are named must open.
pub(super) fn confirm_usable(
    chosen: &Chosen,
    merged: &Merged,
    surroundings: &dyn Surroundings,
) -> Result<(), ConfigurationError> {
    let mut problems = Vec::new();
    if !chosen.context_name.is_empty() && !merged.contexts.contains_key(&chosen.context_name) {
        problems.push(ConfigurationError::NoCurrentContext(shown(&chosen.context_name)));
    }
    check_user(chosen, surroundings, &mut problems);
    check_cluster(chosen, surroundings, &mut problems);
    ConfigurationError::none_of(problems)
}

fn check_file(
    purpose: &'static str,
    path: &str,
    surroundings: &dyn Surroundings,
    problems: &mut Vec<ConfigurationError>,
) {
    if !path.is_empty()
        && let Err(source) = surroundings.open(path)
    {
        problems.push(ConfigurationError::File { purpose, path: path.to_owned(), source });
    }
}

fn check_cluster(chosen: &Chosen, surroundings: &dyn Surroundings, problems: &mut Vec<ConfigurationError>) {
    let (name, cluster) = (shown(&chosen.cluster_name), &chosen.cluster);
    if !cluster.proxy_url.is_empty()
        && let Err(problem) = url::parse_proxy(cluster.proxy_url.expose())
    {
        problems.push(ConfigurationError::Proxy(problem));
    }
    if !cluster.certificate_authority.is_empty() && !cluster.certificate_authority_data.is_empty() {
        problems.push(ConfigurationError::Authority(format!(
            "certificate-authority-data and certificate-authority are both specified for {name}"
        )));
    }
    check_file("certificate-authority", &cluster.certificate_authority, surroundings, problems);
}

fn check_user(chosen: &Chosen, surroundings: &dyn Surroundings, problems: &mut Vec<ConfigurationError>) {
    let (name, user) = (shown(&chosen.user_name), &chosen.user);
    let has_certificate = !user.client_certificate.is_empty() || !user.client_certificate_data.is_empty();
    // Without a certificate a key is not looked at.
    if has_certificate {
        let mut unfit = |problem: String| problems.push(ConfigurationError::ClientCertificate(problem));
        if !user.client_certificate.is_empty() && !user.client_certificate_data.is_empty() {
            unfit(format!("client-certificate-data and client-certificate are both specified for {name}"));
        }
        if !user.client_key.is_empty() && !user.client_key_data.is_empty() {
            unfit(format!("client-key-data and client-key are both specified for {name}"));
        }
        if user.client_key.is_empty() && user.client_key_data.is_empty() {
            unfit(format!(
                "client-key-data or client-key must be specified for {name} to use its certificate"
            ));
        }
        check_file("client-certificate", &user.client_certificate, surroundings, problems);
        check_file("client-key", &user.client_key, surroundings, problems);
    }
    if let Some(exec) = &user.exec {
        check_exec(&name, exec, user.auth_provider.is_some(), problems);
    }
    let has_basic = !user.username.is_empty() || !user.password.is_empty();
    if has_basic && !user.token.is_empty() {
        problems.push(ConfigurationError::Methods(name.clone(), "token basicAuth".to_owned()));
    }
    let has_part = !user.impersonate_uid.is_empty()
        || !user.impersonate_groups.is_empty()
        || !user.impersonate_user_extra.is_empty();
    if has_part && user.impersonate.is_empty() {
        problems.push(ConfigurationError::Impersonation(format!(
            "requesting uid, groups or user-extra for {name} without impersonating a user"
        )));
    }
}

fn check_exec(
    name: &str,
    exec: &ExecPlugin,
    has_auth_provider: bool,
    problems: &mut Vec<ConfigurationError>,
) {
    let mut unfit = |problem: String| problems.push(ConfigurationError::Exec(problem));
    if has_auth_provider {
        unfit(format!("auth-provider can't be combined with an exec plugin for {name}"));
    }
    for (value, what) in [(&exec.command, "command"), (&exec.api_version, "apiVersion")] {
        if value.is_empty() {
            unfit(format!("{what} must be specified for {name} to use its exec plugin"));
        }
    }
    for _ in exec.env.iter().filter(|(variable, _)| variable.is_empty()) {
        unfit(format!(
            "the name of each environment variable must be specified for {name} to use its exec plugin"
        ));
    }
    match exec.interactive_mode.as_str() {
        "" => unfit(format!("interactiveMode must be specified for {name} to use its exec plugin")),
        "Never" | "IfAvailable" | "Always" => {}
        _ => unfit(format!("interactiveMode of {name}'s exec plugin must be Never, IfAvailable or Always")),
    }
}
