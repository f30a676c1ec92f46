"""Uses `livepeer mcp` by the official Python SDK: `client.py TARGET FOLDER MODE STEP…`.

TARGET is the program, or the URL of a server, whose token is in MCP_TOKEN. FOLDER has film.bin and slow.bin, each of 20 MiB. MODE is
`legacy` (a handshake, before the protocol of 2026-07-28) or `auto`. The step `cancel` waits for a file of this name. A line is printed for each step that passed.
"""

import asyncio
import os
import sys

import httpx2
from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

TARGET, FOLDER, MODE, *STEPS = sys.argv[1:]
TOKEN = os.environ.get("MCP_TOKEN")
SIZE = 20 * 1024 * 1024


def server():
    if not TARGET.startswith("http"):
        passed = {name: value for name, value in os.environ.items() if name.startswith(("LIVEPEER_", "XDG_", "HOME"))}
        return StdioServerParameters(command=TARGET, args=["mcp", "--files", FOLDER, "--max-bytes", "8192"], env=passed)
    headers = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
    return streamable_http_client(TARGET, http_client=httpx2.AsyncClient(headers=headers, timeout=60))


async def tools(client):
    listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    for tool in listed.values():
        for schema in filter(None, (tool.input_schema, tool.output_schema)):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object", tool.name
            resolve(schema, schema, tool.name)
        assert tool.description, tool.name
    hints = {name: tool.annotations for name, tool in listed.items()}
    assert hints["stream_get"].read_only_hint and not hints["stream_create"].read_only_hint
    assert hints["stream_delete"].destructive_hint and not hints["stream_create"].destructive_hint
    assert {"stream_create", "upload", "wait", "search_docs"} <= listed.keys()
    print(f"tools: {len(listed)}")
    return listed


def resolve(schema, root, name):
    """Every reference leads to a schema in the same document."""
    if isinstance(schema, dict):
        target = schema.get("$ref")
        if isinstance(target, str):
            assert target.removeprefix("#/$defs/") in root["$defs"], f"{name}: {target}"
        for member in schema.values():
            resolve(member, root, name)
    elif isinstance(schema, list):
        for member in schema:
            resolve(member, root, name)


async def calls(client, listed):
    arguments = {"name": "from a tool", "record": True}
    Draft202012Validator(listed["stream_create"].input_schema).validate(arguments)
    created = await client.call_tool("stream_create", arguments)
    assert not created.is_error, created
    stream = created.structured_content
    assert stream["name"] == "from a tool" and stream["streamKey"] == "[redacted]", stream
    again = await client.call_tool("stream_get", {"id": stream["id"]})
    assert again.structured_content["id"] == stream["id"]
    print("create, get")

    for number in range(30):
        await client.call_tool("stream_create", {"name": f"stream {number}"})
    names, pages, cursor = [], 0, None
    while True:
        arguments = {"limit": 20} | ({"cursor": cursor} if cursor else {})
        page = await client.call_tool("stream_list", arguments)
        assert not page.is_error, page
        assert len(page.content[0].text) <= 8192
        names += [item["name"] for item in page.structured_content["items"]]
        pages += 1
        cursor = page.structured_content.get("next_cursor")
        if not cursor:
            break
    assert sorted(names) == sorted(["from a tool"] + [f"stream {number}" for number in range(30)]), names
    # More results than the two pages of the API: each is cut to the size.
    assert pages > 2, pages
    print("list")

    refused = await client.call_tool("stream_get", {"id": "none"})
    assert refused.is_error and "404" in refused.content[0].text, refused
    refused = await client.call_tool("stream_create", {"names": "x"})
    assert refused.is_error and "did you mean `name`" in refused.content[0].text, refused
    refused = await client.call_tool("upload", {"path": "/etc/hostname"})
    assert refused.is_error and "the only folder" in refused.content[0].text, refused
    refused = await client.call_tool("upload", {"path": "film.bin", "names": "x"})
    assert refused.is_error and "no argument `names`" in refused.content[0].text, refused
    try:
        await client.call_tool("stream_nothing", {})
        raise AssertionError("an unknown tool")
    except MCPError as error:
        assert "stream_nothing" in str(error), error
    print("errors")

    found = await client.call_tool("search_docs", {"query": "resume an upload"})
    assert any("upload" in section["page"] for section in found.structured_content["sections"]), found
    print("docs")


async def upload(client):
    seen = []

    async def progress(sent, total, message):
        seen.append((sent, total))

    done = await client.call_tool("upload", {"path": "film.bin"}, progress_callback=progress)
    assert not done.is_error, done
    assert seen and all(one[0] < other[0] for one, other in zip(seen, seen[1:])), seen
    assert any(total == SIZE for _, total in seen), seen
    waited = await client.call_tool("wait", {"id": done.structured_content["taskId"]})
    assert waited.structured_content["done"] and waited.structured_content["task"]["status"]["phase"] == "completed", waited
    asset = await client.call_tool("asset_get", {"id": done.structured_content["assetId"]})
    assert asset.structured_content["size"] == SIZE, asset
    print("upload")


async def cancel(client):
    seen = []

    async def progress(sent, total, message):
        seen.append(sent)

    running = asyncio.create_task(client.call_tool("upload", {"path": "slow.bin"}, progress_callback=progress))
    # Whoever runs this writes the file when the second part is on its way.
    while not (seen and os.path.exists(os.path.join(FOLDER, "cancel"))):
        assert not running.done(), running
        await asyncio.sleep(0.02)
    running.cancel()
    try:
        await running
        raise AssertionError("it was not cancelled")
    except asyncio.CancelledError:
        pass
    # The server still handles others.
    assert (await client.call_tool("task_list", {})).structured_content["items"]
    print("cancel")
    done = await client.call_tool("upload", {"path": "slow.bin"})
    assert not done.is_error, done
    print("continue")


async def main():
    async with Client(server(), mode=MODE, read_timeout_seconds=60) as client:
        print(f"connected to {client.server_info.name}, protocol {client.protocol_version}")
        listed = await tools(client)
        for step in STEPS:
            if step == "calls":
                await calls(client, listed)
            else:
                await {"upload": upload, "cancel": cancel}[step](client)


asyncio.run(main())
