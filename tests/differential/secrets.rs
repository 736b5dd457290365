//! Every token, password and key that a case uses, and the search for them in what the plugin prints.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::pki::PKI;

/// Name and value; `<secret.NAME>` in a case stands for the value. Random, so that none is found by chance.
const SECRETS: [(&str, &str); 17] = [
    ("token", "tk-9fQmZ2vX7hLrB4nKd81Ws"),
    ("other-token", "tk-Yc5JtE0aGx3RuPq6oMz72"),
    ("third-token", "tk-H8sVb1NwTi4LfDk9eXj53"),
    ("pod-token", "tk-pod-2kRq7ZcVn5WmXb0LtGy"),
    ("exec-token", "tk-exec-Uo3FhJ6dSe8QaMi1Kp"),
    ("second-exec-token", "tk-exec-7rTgBn2YvCx9ZwEl4N"),
    ("password", "pw-D6kWq0XsRz3uVhGn8PtLm"),
    ("strange-password", "pw-f:5/q@T%41+Z=0?Jc#v&Y"),
    ("proxy-password", "pw-proxy-4GvMx9HbKe2SyAoU"),
    ("strange-proxy-password", "pw-proxy-w8@/3Nd:6Rk+L0zI"),
    ("exec-env", "env-T1nZp6CjXf9LwRa3VgQe"),
    ("exec-arg", "arg-0MdBy7KuHs5OiWx2EtJc"),
    ("broken-token", "tk-broken-\u{7}5XqLr8ZmGv2Hn"),
    ("token-with-umlaut", "tk-ü-K3wRz9PjYb6TcNe1Ld"),
    ("oidc-id-token", "tk-oidc-Vx2Lq8CnBg5ThSy0A"),
    ("oidc-client-secret", "cs-oidc-Rm4Zk1JpWd7EfUo9Q"),
    ("key-passphrase", "pp-6JhTx3VbQy8LnEc1SgMz"),
];

/// The value of a secret.
pub fn secret(name: &str) -> &'static str {
    let found = SECRETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("secrets.rs has no secret {name}")).1
}

/// The secrets that occur in a text: as they are, as a part of base64, or as a part of a URL.
pub fn found_in(text: &str) -> Vec<String> {
    let keys = PKI.private_lines().map(|(name, line)| (name, line.to_owned()));
    let words = SECRETS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let shows = |value: &str| forms(value).iter().any(|form| text.contains(form));
    words.chain(keys).filter(|(_, value)| shows(value)).map(|(name, _)| name).collect()
}

/// What a secret may look like.
fn forms(secret: &str) -> Vec<String> {
    let escaped: String = secret.escape_default().collect();
    let url = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let light_url = secret.replace('%', "%25").replace('@', "%40").replace('/', "%2F").replace(':', "%3A");
    let mut forms = vec![secret.to_owned(), escaped, url, light_url];
    // In base64 of a longer text a secret may begin at three places; what depends on its neighbours is cut off.
    for offset in 0..3 {
        let padded = [&b"xxx"[..offset], secret.as_bytes()].concat();
        let encoded = BASE64_STANDARD_NO_PAD.encode(&padded);
        let own = &encoded[(offset * 8).div_ceil(6)..padded.len() * 8 / 6];
        forms.push(own.to_owned());
        forms.push(own.replace('+', "-").replace('/', "_"));
    }
    forms
}

#[test]
fn a_secret_is_found_in_each_form() {
    let password = secret("strange-password");
    for user in ["", "u", "us", "usr"] {
        let basic = BASE64_STANDARD_NO_PAD.encode(format!("{user}:{password}@"));
        assert_eq!(found_in(&format!("Authorization: Basic {basic}")), ["strange-password"], "{basic}");
    }
    let url = utf8_percent_encode(password, NON_ALPHANUMERIC).to_string();
    for text in [password.to_owned(), url, format!("{password:?}")] {
        assert_eq!(found_in(&text), ["strange-password"], "{text}");
    }
    assert_eq!(found_in("Authorization: Bearer <masked>"), [""; 0]);
}
