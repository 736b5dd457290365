//! A hundred thousand kubeconfigs with slips of the hand in them: no panic, and no secret in any error.

use nodeusage::kubeconfig::{ConfigurationError, ConnectionFlags, Memory, resolve};

use crate::generate::Random;

const SECRETS: [&str; 8] = [
    "s3cret-token-4711",
    "s3cret-pass-4712",
    "s3cret-env-4713",
    "s3cret-proxy-4714",
    "s3cret-refresh-4715",
    "s3cret-user-4716",
    "czNjcmV0LWtleS00NzE3",
    "47184718471847184718",
];

const CORPUS: [&str; 5] = [
    "\
apiVersion: v1
kind: Config
current-context: dev
contexts:
- name: dev
  context: {cluster: c, user: u, namespace: web}
clusters:
- name: c
  cluster:
    server: https://u:s3cret-user-4716@h:6443/p
    certificate-authority-data: UEVN
    proxy-url: http://u:s3cret-proxy-4714@proxy:3128
users:
- name: u
  user:
    client-certificate-data: UEVN
    client-key-data: czNjcmV0LWtleS00NzE3
    token: s3cret-token-4711
",
    "\
users:
- name: u
  user: &user
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./plugin
      interactiveMode: Never
      args: [get, \"token\"]
      env:
      - {name: A, value: 's3cret-env-4713'}
- name: v
  user: {<<: *user, as: jane, as-user-extra: {k: [v]}}
contexts: [{name: x, context: {user: v, cluster: c}}]
clusters: [{name: c, cluster: {server: \"https://h\", insecure-skip-tls-verify: true}}]
current-context: x
",
    "{\"current-context\":\"a\",\"contexts\":[{\"name\":\"a\",\"context\":{\"user\":\"a\",\"cluster\":\"a\"}}],\
\"clusters\":[{\"name\":\"a\",\"cluster\":{\"server\":\"https://a\"}}],\
\"users\":[{\"name\":\"a\",\"user\":{\"username\":\"me\",\"password\":\"s3cret-pass-4712\"}}]}\n",
    "\
current-context: a
contexts: [{name: a, context: {user: a, cluster: a}}]
clusters: [{name: a, cluster: {server: 'https://a', tls-server-name: b}}]
users:
- name: a
  user:
    auth-provider:
      name: oidc
      config:
        idp-issuer-url: https://issuer
        client-id: me
        refresh-token: s3cret-refresh-4715
",
    "\
current-context: a
contexts: [{name: a, context: {user: a}}]
users:
- name: a
  user:
    token: !!str 47184718471847184718
    tokenFile: token
    as-groups:
    - |
      s3cret-env-4713
",
];

const INSERTED: &[&str] = &[
    " ",
    "\n",
    "  ",
    "\t",
    ":",
    ": ",
    "- ",
    "-",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "&a ",
    "*a ",
    "!!int ",
    "!!binary ",
    "| ",
    "> ",
    "? ",
    ",",
    "<<: ",
    "%",
    "@",
    "\\",
    "\0",
    "é",
    "\u{202e}",
    "---\n",
    "...\n",
    "~",
    "null",
    "0",
    "12",
    "/",
];

fn mutate(text: &mut String, random: &mut Random) {
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
    if places.is_empty() {
        return;
    }
    let place = random.pick(&places);
    match random.below(8) {
        0 | 1 => drop(text.remove(place)),
        2 | 3 => text.insert_str(place, random.pick(INSERTED)),
        4 => {
            text.remove(place);
            text.insert_str(place, random.pick(INSERTED));
        }
        5 => text.truncate(place),
        other => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (from, to) = (random.below(lines.len()), random.below(lines.len()));
            if other == 6 {
                lines.swap(from, to);
            } else {
                lines.insert(to, lines[from]);
            }
            if random.one_in(2) {
                lines.remove(random.below(lines.len()));
            }
            *text = lines.concat();
        }
    }
}

#[test]
fn mutated_kubeconfigs_neither_panic_nor_leak() {
    let mut random = Random::new(2);
    let mut machine = Memory::default();
    machine.variables.insert("KUBECONFIG".to_owned(), "/config".to_owned());
    machine.files.insert("/token".to_owned(), b"from-a-file".to_vec());
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..100_000 {
        let mut text = CORPUS[round % CORPUS.len()].to_owned();
        for _ in 0..=random.below(3) {
            mutate(&mut text, &mut random);
        }
        let mut bytes = text.clone().into_bytes();
        if random.one_in(20) && !bytes.is_empty() {
            let place = random.below(bytes.len());
            bytes[place] ^= 1 << random.below(8);
        }
        machine.files.insert("/config".to_owned(), bytes);
        match resolve(&ConnectionFlags::default(), &machine) {
            Ok(_) => accepted += 1,
            Err(error) => {
                refused += 1;
                assert_silent(&error, &text);
            }
        }
    }
    assert!(accepted > 20_000 && refused > 20_000, "{accepted} accepted, {refused} refused");
}

fn assert_silent(error: &ConfigurationError, text: &str) {
    let said = format!("{error} {error:?} {}", error.hint().unwrap_or_default());
    for secret in SECRETS {
        assert!(!said.contains(secret), "{secret} is said: {said}\n{text}");
    }
}
