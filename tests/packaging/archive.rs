//! The archive of this machine's kind.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::support::{prepared, program, run};

/// The most that the static program may take, in bytes.
const LARGEST_PROGRAM: u64 = 8 << 20;

/// The archive that is under test.
pub fn archive() -> PathBuf {
    prepared("NODEUSAGE_TEST_ARCHIVE")
}

/// The archive, unpacked.
pub fn unpacked() -> TempDir {
    let directory = TempDir::new().unwrap();
    run(program("tar").arg("-xzf").arg(archive()).arg("-C").arg(directory.path())).success();
    directory
}

#[test]
fn its_name_says_the_version_and_the_target() {
    let path = archive();
    let name = path.file_name().unwrap().to_str().unwrap();
    let start = concat!("kubectl-nodeusage-v", env!("CARGO_PKG_VERSION"), "-");
    assert!(name.starts_with(start) && name.ends_with("-linux-gnu.tar.gz"), "{name}");
}

/// krew refuses links and paths with `..`.
#[test]
fn it_holds_files_and_directories_and_nothing_else() {
    let listed = run(program("tar").arg("-tvzf").arg(archive())).success();
    let mut names = Vec::new();
    for line in listed.lines() {
        let (mode, name) = (&line[..10], line.rsplit(' ').next().unwrap());
        assert!(line[10..].starts_with(" 0/0 "), "of root: {line}");
        let is_program = matches!(name, "kubectl-nodeusage" | "completions/kubectl_complete-nodeusage");
        match mode {
            "drwxr-xr-x" => {}
            "-rwxr-xr-x" if is_program => names.push(name),
            "-rw-r--r--" if !is_program => names.push(name),
            _ => panic!("{line}"),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut expected = ["LICENSE", "README.md", "kubectl-nodeusage"].map(str::to_owned).to_vec();
    for directory in ["completions", "man"] {
        let entries = fs::read_dir(root.join(directory)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        expected.extend(names.map(|name| format!("{directory}/{name}")));
    }
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn the_program_is_small_and_static_and_knows_no_path_of_this_machine() {
    let directory = unpacked();
    let path = directory.path().join("kubectl-nodeusage");
    let program_bytes = fs::read(&path).unwrap();
    assert!(program_bytes.len() as u64 <= LARGEST_PROGRAM, "{} bytes", program_bytes.len());
    assert!(fs::metadata(&path).unwrap().permissions().mode() & 0o111 == 0o111);
    let headers = run(program("readelf").args(["--program-headers", "--wide"]).arg(&path)).success();
    assert!(headers.contains("LOAD") && !headers.contains("INTERP"), "{headers}");
    let home = std::env::var("HOME").unwrap();
    for place in [env!("CARGO_MANIFEST_DIR"), concat!(env!("CARGO_TARGET_TMPDIR"), "/.."), home.as_str()] {
        let place = Path::new(place).canonicalize().unwrap();
        let place = format!("{}/", place.display());
        let found = program_bytes.windows(place.len()).any(|window| window == place.as_bytes());
        assert!(!found, "{place} is in the program");
    }
}

/// The program is not built again; two whole builds are compared by the release workflow.
#[test]
fn packing_again_makes_the_same_bytes() {
    let directory = TempDir::new().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let path = archive();
    let name = path.file_name().unwrap().to_str().unwrap();
    let target = name.trim_start_matches(concat!("kubectl-nodeusage-v", env!("CARGO_PKG_VERSION"), "-"));
    let target = target.trim_end_matches(".tar.gz");
    let script = r#"umask 077 && exec "$0" "$1" true"#;
    let mut command = program("bash");
    command.args(["-c", script, &format!("{root}/release/archive"), target]);
    let target_directory = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    command.env("CARGO_TARGET_DIR", target_directory);
    command.env("DIST", directory.path()).env("TZ", "Asia/Kathmandu");
    run(&mut command).success();
    assert_eq!(fs::read(directory.path().join(name)).unwrap(), fs::read(path).unwrap());
}
