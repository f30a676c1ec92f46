#!/usr/bin/env python3
"""Compares these declarations with those of vaultrs, given the path of its source: `./compare.py /path/to/vaultrs`.

Prints what both are in lines (neither blank nor a comment), tokens and characters, by one rule, and which operations of
vaultrs are missing here or have other fields. Fails if these are more than a third of vaultrs' lines, or one is missing.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/', re.S)
# Text in quotes is kept: `"https://…"` is no comment.
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.S)


def without_comments(text):
    parts, end = [], 0
    for quoted in QUOTED.finditer(text):
        if quoted.start() < end or "//" in text[text.rfind("\n", 0, quoted.start()) + 1:quoted.start()]:
            continue
        parts += [COMMENT.sub("", text[end:quoted.start()]), quoted.group()]
        end = quoted.end()
    return "".join(parts) + COMMENT.sub("", text[end:])


def size(files):
    lines = tokens = characters = 0
    for file in files:
        text = without_comments(file.read_text())
        lines += sum(1 for line in text.splitlines() if line.strip())
        tokens += len(re.findall(r"\w+|[^\w\s]", text))
        characters += len(re.sub(r"\s", "", text))
    return lines, tokens, characters


# The derive's attributes: `#[endpoint(path = "{self.mount}/config", method = "POST")]`, then a struct with fields.
ATTRIBUTES = r"(?:\s*#\[(?:[^\[\]]|\[[^\]]*\])*\])+"
REQUEST = re.compile(ATTRIBUTES + r"\s*pub struct \w+ \{(?P<fields>.*?)\n?\}", re.S)
FIELD = re.compile(r"(?P<attributes>(?:\s*#\[[^\]]*\])*)\s*(?:pub )?(?P<name>\w+)\s*:")


def theirs(api):
    found = {}
    for file in sorted(api.rglob("requests.rs")):
        text = without_comments(file.read_text())
        for request in REQUEST.finditer(text):
            attributes = request.group().split("pub struct")[0]
            path = re.search(r'path\s*=\s*"\s*([^"]*)"', attributes)
            if not path:
                continue
            method = re.search(r'method\s*=\s*"(\w+)"', attributes)
            # An optional segment there; two operations here.
            path = "/" + path.group(1).replace("self.", "").replace("{name}{version}", "{name}").lstrip("/")
            fields = set()
            for field in FIELD.finditer(request.group("fields")):
                wire = re.search(r'rename\s*=\s*"([^"]*)"', field.group("attributes"))
                fields.add(wire.group(1) if wire else field.group("name"))
            found.setdefault((method.group(1) if method else "GET", path), []).append(fields)
    return found


def ours():
    command = ["cargo", "run", "--quiet", "--example", "operations"]
    found = {}
    for line in subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True).stdout.splitlines():
        method, path, *fields = line.split(" ")
        found.setdefault((method, path), []).append(set(fields) - {""})
    return found


def main():
    source = pathlib.Path(sys.argv[1])
    source = next(file.parent for file in sorted(source.rglob("src/api.rs")))
    before = size([source / "api.rs", *(source / "api").rglob("*.rs")])
    after = size((HERE / "src").rglob("*.rs"))
    for what, old, new in zip(("lines", "tokens", "characters"), before, after):
        print(f"{what:<11} vaultrs {old:>7}   here {new:>7}   {new / old:.0%}")

    old, new = theirs(source / "api"), ours()
    missing = 0
    for (method, path), requests in sorted(old.items()):
        here = new.get((method, path), [])
        if not here:
            missing += 1
            print(f"missing: {method} {path}")
        for fields in requests:
            if here and fields not in here:
                nearest = min(here, key=lambda candidate: len(candidate ^ fields))
                print(f"differs: {method} {path}: not here {sorted(fields - nearest)}, only here {sorted(nearest - fields)}")
    print(f"operations  vaultrs {sum(map(len, old.values())):>7}   here {sum(map(len, new.values())):>7}   missing {missing}")
    sys.exit(missing > 0 or after[0] * 3 > before[0])


main()
