//! krew's manifest, held against the rules of krew and of its index, also those that krew itself does not check.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde::Deserialize;
use tempfile::TempDir;

use crate::{
    archive::{archive, unpacked},
    support::{prepared, program, run},
};

const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// What else a release has an archive for.
const ELSEWHERE: [&str; 5] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
];

/// The manifest of a release that has this archive for every kind of machine.
pub fn rendered() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    for target in ELSEWHERE {
        let name = format!("kubectl-nodeusage-{TAG}-{target}.tar.gz");
        fs::copy(archive(), directory.path().join(name)).unwrap();
    }
    let sums = run(program("bash").args(["-c", "cd \"$0\" && sha256sum -- *.tar.gz"]).arg(directory.path()))
        .success();
    let sums_path = directory.path().join("SHA256SUMS");
    fs::write(&sums_path, sums).unwrap();
    let manifest = run(program(render()).arg(TAG).arg(sums_path)).success();
    let path = directory.path().join("nodeusage.yaml");
    fs::write(&path, manifest).unwrap();
    (directory, path)
}

fn render() -> String {
    format!("{}/krew/render", env!("CARGO_MANIFEST_DIR"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Manifest {
    api_version: String,
    kind: String,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    version: String,
    homepage: String,
    short_description: String,
    description: String,
    caveats: String,
    platforms: Vec<Platform>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Platform {
    selector: Selector,
    uri: String,
    sha256: String,
    bin: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Selector {
    match_labels: Labels,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    os: String,
    arch: String,
}

#[test]
fn it_says_what_it_must() {
    let (_directory, path) = rendered();
    let manifest: Manifest = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(manifest.api_version, "krew.googlecontainertools.github.com/v1alpha2");
    assert_eq!((manifest.kind.as_str(), manifest.metadata.name.as_str()), ("Plugin", "nodeusage"));
    let spec = manifest.spec;
    assert_eq!(spec.version, TAG);
    assert_eq!(spec.homepage, env!("CARGO_PKG_REPOSITORY"));
    let short = spec.short_description;
    assert!(!short.is_empty() && short.chars().count() <= 50 && !short.contains('\n'), "{short}");
    assert!(!short.to_lowercase().contains("kubectl plugin") && !short.ends_with('.'), "{short}");
    for text in [&spec.description, &spec.caveats] {
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(!text.contains("kubectl nodeusage"), "no examples: {text}");
    }
    assert!(spec.caveats.contains("metrics-server"));
}

#[test]
fn each_kind_of_machine_has_one_archive() {
    let (directory, path) = rendered();
    let manifest: Manifest = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut machines = BTreeSet::new();
    for platform in manifest.spec.platforms {
        let Labels { os, arch } = platform.selector.match_labels;
        let (start, name) = platform.uri.rsplit_once('/').unwrap();
        assert_eq!(start, format!("{}/releases/download/{TAG}", env!("CARGO_PKG_REPOSITORY")));
        let sum = run(program("sha256sum").arg(directory.path().join(name))).success();
        assert_eq!(platform.sha256, sum.split(' ').next().unwrap(), "{name}");
        assert!(platform.sha256.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')));
        let expected = if os == "windows" { "kubectl-nodeusage.exe" } else { "kubectl-nodeusage" };
        assert_eq!(platform.bin, expected);
        if os == "linux" {
            assert!(unpacked().path().join(&platform.bin).is_file());
        }
        assert!(machines.insert((os, arch)), "twice: {name}");
    }
    let expected = [
        ("darwin", "amd64"),
        ("darwin", "arm64"),
        ("linux", "amd64"),
        ("linux", "arm64"),
        ("windows", "amd64"),
    ];
    assert_eq!(machines, expected.map(|(os, arch)| (os.to_owned(), arch.to_owned())).into());
}

#[test]
fn the_index_accepts_it() {
    let (_directory, path) = rendered();
    let validator = prepared("NODEUSAGE_TEST_TOOLS").join("validate-krew-manifest");
    run(program(validator).arg("-skip-install").arg("-manifest").arg(path)).success();
}

#[test]
fn an_archive_without_a_checksum_is_an_error() {
    let directory = TempDir::new().unwrap();
    let sums = directory.path().join("SHA256SUMS");
    fs::write(&sums, "").unwrap();
    let outcome = run(program(render()).arg(TAG).arg(&sums));
    assert_eq!(outcome.code, 1);
    let missing = format!("has no checksum of kubectl-nodeusage-{TAG}-x86_64-unknown-linux-gnu.tar.gz\n");
    assert!(outcome.stderr.ends_with(&missing), "{}", outcome.stderr);
}
