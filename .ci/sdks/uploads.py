"""Uploads by tuspy and by curl, which have to arrive as they were sent: uploads.py BASE_URL."""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import urllib.request

from tusclient.client import TusClient

base = sys.argv[1]
PART = 8 * 1024 * 1024


def call(method, path, body=None):
    headers = {"authorization": "Bearer any", "content-type": "application/json"}
    content = None if body is None else json.dumps(body).encode()
    return json.load(urllib.request.urlopen(urllib.request.Request(base + path, content, headers, method=method)))


def arrived(asset, content):
    """Whether the file of an asset is this."""
    while call("GET", f"/asset/{asset}")["status"]["phase"] != "ready":
        pass
    url = call("GET", f"/asset/{asset}")["downloadUrl"]
    return hashlib.sha256(urllib.request.urlopen(url).read()).digest() == hashlib.sha256(content).digest()


def curl(ticket, path, *options):
    command = ["curl", "--silent", "--show-error", "--fail", *options, "-T", path, ticket["url"]]
    subprocess.run(command, check=True)


def tuspy(ticket, path, **options):
    TusClient(ticket["tusEndpoint"]).uploader(path, chunk_size=PART, **options).upload()


def resumed(ticket, path):
    """Stops after the first part, and continues with another uploader."""
    uploader = TusClient(ticket["tusEndpoint"]).uploader(path, chunk_size=PART)
    uploader.upload_chunk()
    TusClient(ticket["tusEndpoint"]).uploader(path, chunk_size=PART, url=uploader.url).upload()


WAYS = {
    "curl -T": curl,
    "curl -T as video": lambda ticket, path: curl(ticket, path, "-H", "content-type: video/mp4"),
    "tuspy": tuspy,
    "tuspy with metadata": lambda ticket, path: tuspy(ticket, path, metadata={"filename": "ü.mp4"}),
    "tuspy with checksums": lambda ticket, path: tuspy(ticket, path, upload_checksum=True),
    "tuspy, resumed": resumed,
}
failed = []
for size in (1, 3 * 1024 * 1024, PART, PART + 1, 2 * PART + 5):
    content = random.Random(size).randbytes(size)
    for name, way in WAYS.items():
        ticket = call("POST", "/asset/request-upload", {"name": name})
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(content)
        try:
            way(ticket, file.name)
            if not arrived(ticket["asset"]["id"], content):
                failed.append(f"{name}, {size} bytes: another file has arrived")
        except Exception as error:  # whatever a client raises
            failed.append(f"{name}, {size} bytes: {error}")
        os.unlink(file.name)
print(f"tuspy and curl: {5 * len(WAYS) - len(failed)} uploads arrived", *failed, sep="\n  ")
sys.exit(bool(failed))
