//! A new operation is one declaration, and one snapshot that somebody has looked at. Shown by doing it, in a copy of the crate.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const LINE: &str =
    r#"    endpoint! { #[doc = "Looks at it."] pub Look: Studio = GET "/user/{id}/look" (id: UserId) -> UserUsage }"#;

#[test]
fn a_new_operation_is_one_line_and_one_accepted_snapshot() {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one-line");
    let _ = fs::remove_dir_all(&copy);
    copy_crate(Path::new(env!("CARGO_MANIFEST_DIR")), &copy);
    // Packages of the same version at another place would be the same to cargo in the target directory that they share.
    let version = |suffix: &str| format!("\nversion = \"{}{suffix}\"\n", env!("CARGO_PKG_VERSION"));
    for manifest in ["Cargo.toml", "engine/Cargo.toml"] {
        let text = fs::read_to_string(copy.join(manifest)).unwrap();
        assert!(text.contains(&version("")), "{manifest}");
        fs::write(copy.join(manifest), text.replacen(&version(""), &version("+copy"), 1)).unwrap();
    }
    let before = files(&copy.join("snapshots"));

    let resource = copy.join("endpoints/studio/user.rs");
    let text = fs::read_to_string(&resource).unwrap();
    assert_eq!(text.matches("operations! {\n").count(), 1);
    fs::write(&resource, text.replace("operations! {\n", &format!("operations! {{\n{LINE}\n"))).unwrap();

    // Nobody has looked at its request yet.
    let (passed, output) = test(&copy, "no", &["snapshots"]);
    assert!(!passed && output.contains(r#"1 snapshots are missing or differ: ["user.Look"]"#), "{output}");

    let (passed, output) = test(&copy, "always", &["snapshots"]);
    assert!(passed, "{output}");
    let after = files(&copy.join("snapshots"));
    assert_eq!(after.difference(&before).collect::<Vec<_>>(), ["user/Look.snap"]);
    assert_eq!(before.difference(&after).count(), 0);
    let snapshot = fs::read_to_string(copy.join("snapshots/user/Look.snap")).unwrap();
    assert!(snapshot.contains("GET https://livepeer.studio/api/user/user-id/look\n"), "{snapshot}");

    // All tests that walk the catalog pass with it.
    let (passed, output) = test(&copy, "no", &["snapshots", "catalog", "coverage", "coming_from", "studio"]);
    assert!(passed, "{output}");
    let ledger = fs::read_to_string(copy.join("docs/ledger.md")).unwrap();
    let row =
        ledger.lines().find(|line| line.starts_with("| [`user::Look`]")).expect("the ledger does not follow by itself");
    assert!(
        row.contains("`GET /user/{id}/look` → `UserUsage`") && row.contains("../snapshots/user/Look.snap"),
        "{row}"
    );
}

/// Runs tests of the copy. Dependencies come from the target directory that this test was built in.
fn test(copy: &Path, update: &str, tests: &[&str]) -> (bool, String) {
    let target: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().into();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(copy).args(["test", "--offline", "--package", "livepeer"]);
    for name in tests {
        cargo.args(["--test", name]);
    }
    let output = cargo
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_INCREMENTAL", "0")
        .env("INSTA_UPDATE", update)
        .env_remove("INSTA_FORCE_PASS")
        .env_remove("CI")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn copy_crate(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if name == "target" || name.to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            copy_crate(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

fn files(folder: &Path) -> BTreeSet<String> {
    let names =
        |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let inside = |resource: String| names(&folder.join(&resource)).map(move |name| format!("{resource}/{name}"));
    names(folder).flat_map(inside).collect()
}
