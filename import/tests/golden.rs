//! What the program writes for two small documents: `UPDATE=1 cargo test` accepts it. tests/calls.rs compiles and calls it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    Command::new(env!("CARGO_BIN_EXE_typed-endpoint-import")).args(arguments).current_dir(folder).output().unwrap()
}

fn compare(path: &Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert!(golden == text, "{} differs: see it with UPDATE=1 and git diff", path.display());
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

#[test]
fn a_folder_has_a_file_for_each_resource() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shop");
    let _ = std::fs::remove_dir_all(&folder);
    let output = run(&["shop.yaml", "-o", folder.to_str().unwrap()]);
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{report}");
    compare(&golden().join("shop.report"), &report);
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in &names {
        compare(&golden().join("shop").join(name), &std::fs::read_to_string(folder.join(name)).unwrap());
    }
    let mut known: Vec<_> =
        std::fs::read_dir(golden().join("shop")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    known.sort();
    assert_eq!(names, known);
    // What may have been edited is not written over.
    let again = run(&["shop.yaml", "-o", folder.to_str().unwrap()]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("is there already"));
}

#[test]
fn without_a_folder_everything_is_one_file() {
    let output = run(&["legacy.json", "--api=Legacy"]);
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{report}");
    compare(&golden().join("legacy.report"), &report);
    compare(&golden().join("legacy.rs"), std::str::from_utf8(&output.stdout).unwrap());
}

#[test]
fn only_what_is_asked_for_is_declared() {
    let declared = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().matches("    endpoint! {").count()
    };
    assert_eq!(declared(&["shop.yaml", "--tag", "orders"]), 5);
    assert_eq!(declared(&["shop.yaml", "--operation", "getOrder", "--operation", "PUT /files/{path}"]), 2);
}

#[test]
fn mistakes_are_named_with_what_to_do() {
    for (arguments, want) in [
        (vec!["nowhere.yaml"], "nowhere.yaml: "),
        (vec!["shop.yaml", "--tag", "none"], "no operation has one of these tags"),
        (vec!["shop.yaml", "--api", "no name"], "no name of a type"),
        (vec!["shop.yaml", "--frobnicate"], "is no option"),
        (vec!["shop.yaml", "--tag"], "needs a value"),
        (vec![], "which document?"),
    ] {
        let output = run(&arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(errors.starts_with("error: ") && errors.contains(want), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty());
    }
}
