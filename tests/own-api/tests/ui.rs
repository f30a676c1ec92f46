//! Compile errors of a declaration point at the offending token: the compiler's messages about each file of `tests/ui` next to this one.
//!
//! The words are ours, what stands around them is the compiler's and changes with it. So they are compared with one
//! compiler, and looked at by hand when that is raised: `TRYBUILD=overwrite cargo test -p own-api --test ui`.

use std::process::Command;

/// The compiler that the `.stderr` files are of.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn compile_errors_explain_the_mistake() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap().stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(COMPILER) && std::env::var_os("TRYBUILD").is_none() {
        println!("messages not compared: they are those of {COMPILER}x, and this is {}", version.trim());
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
