#!/usr/bin/env python3
"""Compares what a hundred operations with forty models cost to build: declared, and by hand with serde's derives and reqwest.

Both crates are written from one description into target/, and only they are built again, `--rounds` times (default: 3). Prints the CPU
seconds of the fastest round of each, and their ratio; fails if the ratio is more than 1.
"""

import os
import pathlib
import resource
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


def measure(name, template, text, rounds):
    """The dependencies, lock file and target folder are those of the package `template`."""
    folder = TARGET / f"hundred-{name}"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    manifest = (HERE / template / "Cargo.toml").read_text().replace(f'name = "{template}"', 'name = "hundred"')
    (folder / "Cargo.toml").write_text(manifest.replace("../../../engine", str(HERE.parent.parent / "engine")))
    lock = (HERE / template / "Cargo.lock").read_text().replace(f'name = "{template}"', 'name = "hundred"')
    (folder / "Cargo.lock").write_text(lock)
    source = folder / "src/lib.rs"
    source.write_text(text)
    env = {**os.environ, "CARGO_TARGET_DIR": str(TARGET), "CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_DEBUG": "0"}
    command = ["cargo", "build", "--quiet", "--lib"]
    subprocess.run(command, cwd=folder, env=env, check=True)
    taken = []
    for _ in range(rounds):
        os.utime(source)
        taken.append(seconds(command, folder, env))
    written = sum(1 for line in text.splitlines() if line.strip())
    print(f"{name:<8} {written} lines, {min(taken):.2f} s of CPU (of {' '.join(f'{one:.2f}' for one in taken)})", flush=True)
    return min(taken)


def main():
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
    ours = measure("declared", "ours", declared(), rounds)
    theirs = measure("by-hand", "by_hand", by_hand(), rounds)
    print(f"ratio    {ours / theirs:.2f}")
    sys.exit(ours > theirs)


main()
