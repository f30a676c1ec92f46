"""Creates, lists and deletes a stream by a client that was generated from docs/openapi/studio.json: client.py BASE_URL."""

import sys
from livepeer_studio_client import AuthenticatedClient
from livepeer_studio_client.api.stream import create_stream, get_streams, delete_stream, get_stream
from livepeer_studio_client.models import StreamCreateRequest
client = AuthenticatedClient(base_url=sys.argv[1], token="any")
made = create_stream.sync_detailed(client=client, body=StreamCreateRequest(name="from Python", record=True))
assert made.status_code == 201, made
stream = made.parsed
assert stream.name == "from Python" and stream.record is True and stream.stream_key, stream
assert any(one.id == stream.id for one in get_streams.sync(client=client))
assert delete_stream.sync_detailed(client=client, id=stream.id).status_code == 204
assert get_stream.sync_detailed(client=client, id=stream.id).status_code == 404
print("a generated client has created, listed and deleted a stream")
