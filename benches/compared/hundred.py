#!/usr/bin/env python3
"""Compares what a hundred operations with forty models cost to build: declared, and by hand with serde's derives and reqwest.

Both crates are written from one description into target/, and only they are built again, alternately, `--rounds` times (default: 3).
Prints the CPU seconds of the fastest round of each, and how many instructions the compiler runs for it, counted by valgrind: these are
the same each time, whatever else the machine does. Fails if ours takes more instructions.
"""

import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "target"
FIELDS = [("name", "String", True), ("note", "String", False), ("count", "u32", False), ("labels", "Vec<String>", False),
          ("done", "bool", False), ("part_of", "String", False), ("weight", "f64", False)]
MODELS = 40
KINDS = ["GET", "LIST", "POST", "PATCH", "DELETE"]


def operations():
    for number in range(100):
        yield number, KINDS[number % len(KINDS)], number % MODELS


def by_hand():
    text = """#![allow(clippy::all)]
use serde::{Deserialize, Serialize, de::DeserializeOwned};
pub type Error = Box<dyn std::error::Error + Send + Sync>;
pub struct Client { pub http: reqwest::Client, pub base: String, pub key: String }
impl Client {
    fn request(&self, method: reqwest::Method, segments: &[&str]) -> Result<reqwest::RequestBuilder, Error> {
        let mut url = reqwest::Url::parse(&self.base)?;
        url.path_segments_mut().map_err(|()| "no base")?.extend(segments);
        Ok(self.http.request(method, url).header("x-api-key", &self.key))
    }
    async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Error> {
        Ok(request.send().await?.error_for_status()?)
    }
    async fn json<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Error> {
        Ok(serde_json::from_slice(&self.send(request).await?.bytes().await?)?)
    }
}
"""
    optional = '    #[serde(skip_serializing_if = "Option::is_none")]\n'

    def struct(name, derives, fields):
        lines = "".join(f"    pub {field}: {kind},\n" if required else f"{optional}    pub {field}: Option<{kind}>,\n"
                        for field, kind, required in fields)
        return f"#[derive(Clone, Debug, {derives})]\npub struct {name} {{\n{lines}}}\n"

    for number in range(MODELS):
        text += struct(f"Model{number}", "Deserialize, Serialize", [("id", "String", True), *FIELDS])
    for number, kind, model in operations():
        path = f'"group{number}"'
        if kind == "LIST":
            text += struct(f"Query{number}", "Default, Serialize", [("limit", "u32", False), ("cursor", "String", False)])
            head, request = f"query: &Query{number}", f"reqwest::Method::GET, &[{path}])?.query(query)"
        elif kind in ("POST", "PATCH"):
            text += struct(f"Body{number}", "Serialize", FIELDS)
            head = f"id: &str, body: &Body{number}"
            request = f"reqwest::Method::{kind}, &[{path}, id])?.json(body)"
        else:
            head, request = "id: &str", f"reqwest::Method::{kind}, &[{path}, id])?"
        gives = {"LIST": f"Vec<Model{model}>", "DELETE": "()"}.get(kind, f"Model{model}")
        sent = f"self.send(self.request({request}).await.map(drop)" if kind == "DELETE" else f"self.json(self.request({request}).await"
        text += f"impl Client {{\n    pub async fn call{number}(&self, {head}) -> Result<{gives}, Error> {{ {sent} }}\n}}\n"
    return text


def declared():
    text = """use typed_endpoint::{Api, Auth, Case, Unmapped, endpoint, model};
pub enum Many {}
impl Api for Many {
    const NAME: &'static str = "Many";
    const SERVERS: &'static [&'static str] = &["http://localhost"];
    const CASE: Case = Case::Snake;
    const AUTH: Auth = Auth::Header("x-api-key");
    type Error = Unmapped;
}
"""

    def fields(all_fields):
        return "".join(f"        {field}{'' if required else '?'}: {kind},\n" for field, kind, required in all_fields)

    for number in range(MODELS):
        text += f"model! {{\n    pub struct Model{number}: Many {{\n{fields([('id', 'String', True), *FIELDS])}    }}\n}}\n"
    for number, kind, model in operations():
        if kind == "LIST":
            rest = f'GET "/group{number}" query {{ limit?: u32, cursor?: String }} -> Vec<Model{model}>, paged'
        elif kind in ("POST", "PATCH"):
            rest = f'{kind} "/group{number}/{{id}}" (id: String) json {{\n{fields(FIELDS)}    }} -> Model{model}'
        else:
            gives = "()" if kind == "DELETE" else f"Model{model}"
            rest = f'{kind} "/group{number}/{{id}}" (id: String) -> {gives}'
        text += f"endpoint! {{\n    pub Call{number}: Many = {rest}\n}}\n"
    return text


def seconds(command, folder, env):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=env, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def prepare(name, template, text):
    """The dependencies, lock file and target folder are those of the package `template`."""
    folder = TARGET / f"hundred-{name}"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    manifest = (HERE / template / "Cargo.toml").read_text().replace(f'name = "{template}"', 'name = "hundred"')
    (folder / "Cargo.toml").write_text(manifest.replace("../../../engine", str(HERE.parent.parent / "engine")))
    lock = (HERE / template / "Cargo.lock").read_text().replace(f'name = "{template}"', 'name = "hundred"')
    (folder / "Cargo.lock").write_text(lock)
    (folder / "src/lib.rs").write_text(text)
    return folder


def build(folder, more=()):
    """Builds the crate alone again, and returns the seconds of CPU."""
    env = {**os.environ, "CARGO_TARGET_DIR": str(TARGET), "CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_DEBUG": "0", **dict(more)}
    os.utime(folder / "src/lib.rs")
    return seconds(["cargo", "build", "--quiet", "--lib"], folder, env)


def instructions(folder):
    """How many instructions the compiler runs."""
    log, wrapper = folder / "valgrind.log", folder / "wrapper"
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
    wrapper.write_text(f"""#!/bin/sh
shift
LD_LIBRARY_PATH='{sysroot}/lib' exec valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --log-file='{log}' '{sysroot}/bin/rustc' "$@"
""")
    wrapper.chmod(0o755)
    # Of this crate only: the others are no members of its workspace.
    build(folder, {"RUSTC_WORKSPACE_WRAPPER": str(wrapper)}.items())
    return int(re.findall(r"I +refs: +([0-9,]+)", log.read_text())[-1].replace(",", ""))


def main():
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed: without it nothing can be compared on a machine that does other work, too")
    counted, fastest = [], []
    written = {"declared": ("ours", declared()), "by-hand": ("by_hand", by_hand())}
    folders = {name: prepare(name, template, text) for name, (template, text) in written.items()}
    for folder in folders.values():
        build(folder)
    taken = {name: [] for name in folders}
    for _ in range(rounds):
        for name, folder in folders.items():
            taken[name].append(build(folder))
    for name, folder in folders.items():
        lines = sum(1 for line in written[name][1].splitlines() if line.strip())
        counted.append(instructions(folder))
        fastest.append(min(taken[name]))
        rest = " ".join(f"{one:.2f}" for one in taken[name])
        print(f"{name:<8} {lines} lines, {fastest[-1]:.2f} s of CPU (of {rest}), {counted[-1] / 1e9:.2f} billion instructions", flush=True)
    print(f"ratio    {fastest[0] / fastest[1]:.2f} of the seconds, {counted[0] / counted[1]:.2f} of the instructions")
    sys.exit(counted[0] > counted[1])


main()
