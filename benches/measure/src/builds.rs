//! What building costs, in CPU time, which is steadier than the clock: of a program that makes one call, and of one more
//! operation.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::{Result, Results, cpu_of_children, succeed};

/// How many operations are added, so that what one costs rises above the noise.
const MORE: u32 = 100;

/// Measures in a scratch directory.
pub fn all(home: &Path, scratch: &Path, results: &mut Results) -> Result<()> {
    operations(home, &scratch.join("operations"), results)?;
    for profile in ["dev", "release"] {
        let clean = |package: &str| {
            let target = scratch.join(package);
            let _ = std::fs::remove_dir_all(&target);
            let before = cpu_of_children();
            let mut cargo = Command::new("cargo");
            cargo.current_dir(home).args(["build", "--quiet", "--profile", profile, "--package", package]);
            // The workspace's own profile is for profiling; a user's program has none.
            cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "false").env("CARGO_PROFILE_RELEASE_STRIP", "true");
            succeed(cargo.env("CARGO_TARGET_DIR", &target))?;
            let cpu = (cpu_of_children() - before) / 1e3;
            let folder = if profile == "dev" { "debug" } else { profile };
            let size = std::fs::metadata(target.join(folder).join(package))?.len() as f64 / 1e6;
            Ok::<_, super::Error>((cpu, size))
        };
        let (floor, library) = (clean("one-call-floor")?, clean("one-call-library")?);
        let program = format!("a program that makes one call, {profile}");
        results.add(&format!("clean build of {program}"), "CPU s", Some(floor.0), library.0);
        if profile == "release" {
            results.add(&format!("stripped size of {program}"), "MB", Some(floor.1), library.1);
        }
    }
    Ok(())
}

/// A program with some operations of its own, of which it calls some.
fn program(operations: u32, called: u32) -> String {
    let mut text = String::from(
        "//! Made to be measured.\nuse livepeer::{Api, Case, Client, Unmapped, endpoint, model};\n\
         /// An API.\npub struct Own;\nimpl Api for Own {\n    const NAME: &'static str = \"Own\";\n    \
         const SERVERS: &'static [&'static str] = &[\"http://localhost:1\"];\n    const CASE: Case = Case::Camel;\n    \
         type Error = Unmapped;\n}\n\
         model! {\n    /// A thing.\n    pub struct Thing: Own {\n        /// Id.\n        id: String,\n        \
         /// Size.\n        size?: u64,\n    }\n}\n",
    );
    for index in 0..operations {
        let _ = writeln!(
            text,
            "endpoint! {{\n    /// Changes a thing.\n    pub Change{index}: Own = POST \"/thing{index}/{{id}}\" (id: String) \
             json {{\n        /// Name.\n        name: String,\n        /// Size.\n        size?: u64,\n    }} -> Thing\n}}"
        );
    }
    text.push_str(
        "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {\n    let client = Client::<Own>::new();\n",
    );
    text.push_str(
        "    let which = std::env::args().count();\n    let _ = client.call(Change0::new(\"id\", \"name\")).await;\n",
    );
    for index in 1..called {
        let _ = writeln!(
            text,
            "    if which == {} {{\n        let _ = client.call(Change{index}::new(\"id\", \"name\").size(7_u64)).await;\n    }}",
            index + 5
        );
    }
    text.push_str("    let _ = which;\n}\n");
    text
}

fn operations(workspace: &Path, home: &Path, results: &mut Results) -> Result<()> {
    std::fs::create_dir_all(home.join("src"))?;
    let library = workspace.join("..").canonicalize()?;
    let manifest = format!(
        "[workspace]\n[package]\nname = \"operations\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\n\
         livepeer = {{ path = {library:?} }}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
    );
    std::fs::write(home.join("Cargo.toml"), manifest)?;
    std::fs::copy(workspace.join("Cargo.lock"), home.join("Cargo.lock"))?;
    let cargo = |arguments: &[&str], text: &str| {
        std::fs::write(home.join("src/main.rs"), text)?;
        let before = cpu_of_children();
        let mut cargo = Command::new("cargo");
        cargo.current_dir(home).args(arguments).arg("--quiet").env("CARGO_TARGET_DIR", home.join("target"));
        succeed(cargo.env("CARGO_INCREMENTAL", "0"))?;
        Ok::<_, super::Error>(cpu_of_children() - before)
    };
    let best = |arguments: &[&str], text: &str| {
        (0..3).try_fold(f64::INFINITY, |best, _| Ok::<_, super::Error>(best.min(cargo(arguments, text)?)))
    };
    let size = || Ok::<_, super::Error>(std::fs::metadata(home.join("target/release/operations"))?.len() as f64);
    let (one, unused, used) = (program(1, 1), program(1 + MORE, 1), program(1 + MORE, 1 + MORE));
    let each = |more: f64, one: f64| (more - one) / f64::from(MORE);
    let (checked, more) = (best(&["check"], &one)?, best(&["check"], &used)?);
    results.add("check of one more operation", "CPU ms", None, each(more, checked));
    let (built, more) = (best(&["build"], &one)?, best(&["build"], &used)?);
    results.add("debug build of one more operation, called", "CPU ms", None, each(more, built));
    cargo(&["build", "--release"], &one)?;
    let bare = size()?;
    cargo(&["build", "--release"], &unused)?;
    results.add("binary for one more operation, not called", "bytes", None, each(size()?, bare));
    cargo(&["build", "--release"], &used)?;
    results.add("binary for one more operation, called", "bytes", None, each(size()?, bare));
    Ok(())
}
