"""Every method of the official Python SDK `livepeer` against the emulator: studio.py BASE_URL CONTROL_URL."""

import json
import sys
import urllib.request
import warnings

from livepeer import Livepeer
from livepeer.models import components, operations
from steps import Steps

base, control = sys.argv[1:]
warnings.simplefilter("ignore", DeprecationWarning)
sdk = Livepeer(api_key="any", server_url=base)

# What the SDK cannot do with the real server either.
KNOWN = {
    "webhook.create": ("takes 200 only, the server responds with 201", "instance of Error"),
    "webhook.delete": ("wants a body, the server responds with 204", "Status 204"),
    "webhook.update": ("does not send the id in the body", "not found"),
    "access_control.create": ("takes 200 only, the server responds with 201", "instance of Error"),
    "room.create": ("takes 200 only, the server responds with 201", "instance of Error"),
    "stream.add_multistream_target": ("takes 204 only, the server responds with 200", "instance of Error"),
    "metrics.get_usage broken down": ("takes an object only, the server responds with a list", "instance of UsageMetric"),
    "metrics.get_creator_viewership": ("cannot tell which asset or stream", "Must provide assetId or streamId"),
    "task.get": ("wants an id and a source in what was measured of an asset", "assetSpec.id"),
    "task.get_all": ("wants an id and a source in what was measured of an asset", "assetSpec.id"),
}
steps = Steps(KNOWN)
run = steps.run


def act(action, **values):
    request = urllib.request.Request(f"{control}/_emulator/{action}", json.dumps(values).encode(), method="POST")
    urllib.request.urlopen(request).read()


def raw(method, path, body=None):
    """What the SDK cannot do by itself, so that the other methods have something to work with."""
    headers = {"authorization": "Bearer any", "content-type": "application/json"}
    content = None if method == "GET" else json.dumps(body or {}).encode()
    request = urllib.request.Request(base + path, content, headers, method=method)
    return json.load(urllib.request.urlopen(request))


# Streams
target = run("multistream.create", lambda: sdk.multistream.create(request={"url": "rtmp://there.example/live/key", "name": "t"})).multistream_target
stream = run("stream.create", lambda: sdk.stream.create(request={"name": "x", "record": True, "creator_id": "me"})).stream
full = run("stream.create full", lambda: sdk.stream.create(request={
    "name": "full", "record": True, "user_tags": {"a": "b", "n": 1.5}, "playback_policy": {"type": components.Type.JWT},
    "profiles": [{"name": "a", "width": 640, "height": 360, "bitrate": 800000, "fps": 30, "fps_den": 1, "quality": 23, "gop": "2",
                  "profile": components.Profile.H264_BASELINE}],
    "recording_spec": {"profiles": [{"bitrate": 800000}]}, "multistream": {"targets": [{"profile": "a", "id": target.id}]},
}))
pulled = run("stream.create pull", lambda: sdk.stream.create(request={
    "name": "pull", "pull": {"source": "https://a.example/x", "headers": {"a": "b"}, "location": {"lat": 1, "lon": 2}},
})).stream
run("stream.get_all", lambda: sdk.stream.get_all(streamsonly="true"))
run("stream.get", lambda: sdk.stream.get(id=stream.id))
run("stream.update", lambda: sdk.stream.update(id=stream.id, stream_patch_payload={"name": "y", "user_tags": {"a": "b"}}))
run("stream.add_multistream_target", lambda: sdk.stream.add_multistream_target(
    id=stream.id, target_add_payload={"profile": "source", "id": target.id}))
run("stream.remove_multistream_target", lambda: sdk.stream.remove_multistream_target(id=stream.id, target_id=target.id))
run("stream.start_pull", lambda: sdk.stream.start_pull(id=pulled.id))
act("go-live", id=stream.id)
clip = run("stream.create_clip", lambda: sdk.stream.create_clip(request={"playback_id": stream.playback_id, "start_time": 1, "name": "clip"}))
run("stream.get_clips", lambda: sdk.stream.get_clips(id=stream.id))
run("stream.terminate", lambda: sdk.stream.terminate(id=stream.id))
act("advance", seconds=120)
sessions = run("session.get_all", lambda: sdk.session.get_all()).data
mine = next(session for session in sessions if session.parent_id == stream.id)
run("session.get", lambda: sdk.session.get(id=mine.id))
run("session.get_clips", lambda: sdk.session.get_clips(id=mine.id))
run("session.get_recorded", lambda: sdk.session.get_recorded(parent_id=stream.id))
run("session.get_recorded filtered", lambda: sdk.session.get_recorded(parent_id=stream.id, record=1))
run("multistream.get_all", lambda: sdk.multistream.get_all())
run("multistream.get", lambda: sdk.multistream.get(id=target.id))
run("multistream.update", lambda: sdk.multistream.update(id=target.id, multistream_target_patch_payload={"url": "rtmp://b.example/k", "disabled": True}))

# Assets
asset = run("asset.create", lambda: sdk.asset.create(request={"name": "x", "static_mp4": True})).data
urllib.request.urlopen(urllib.request.Request(asset.url, b"film", {"content-type": "video/mp4"}, method="PUT")).read()
run("asset.create_via_url", lambda: sdk.asset.create_via_url(request={"name": "u", "url": "https://files.example/a.mp4"}))
act("advance", seconds=120)
run("asset.get_all", lambda: sdk.asset.get_all())
run("asset.get", lambda: sdk.asset.get(asset_id=asset.asset.id))
run("asset.update", lambda: sdk.asset.update(asset_id=asset.asset.id, asset_patch_payload={"name": "y"}))
run("playback.get", lambda: sdk.playback.get(id=asset.asset.playback_id))
run("task.get_all", lambda: sdk.task.get_all())
run("task.get", lambda: sdk.task.get(task_id=asset.task.id))
run("transcode.create", lambda: sdk.transcode.create(request={
    "input": {"url": "https://files.example/a.mp4"},
    "storage": {"type": "s3", "endpoint": "https://s3.example", "bucket": "b",
                "credentials": {"access_key_id": "i", "secret_access_key": "s"}},
    "outputs": {"hls": {"path": "/out"}},
}))

# Metrics
act("watch", id=asset.asset.playback_id, seconds=60)
run("metrics.get_realtime_viewership", lambda: sdk.metrics.get_realtime_viewership(playback_id=asset.asset.playback_id))
run("metrics.get_viewership", lambda: sdk.metrics.get_viewership(request={"playback_id": asset.asset.playback_id}))
run("metrics.get_creator_viewership", lambda: sdk.metrics.get_creator_viewership(request={"creator_id": "me"}))
views = run("metrics.get_public_viewership", lambda: sdk.metrics.get_public_viewership(playback_id=asset.asset.playback_id))
assert views.data.view_count == 1, views
run("metrics.get_usage", lambda: sdk.metrics.get_usage(request={}))
run("metrics.get_usage broken down", lambda: sdk.metrics.get_usage(request={"time_step": operations.GetUsageMetricsQueryParamTimeStep.DAY}))

# Webhooks
hook = {"name": "x", "url": f"{control}/api/nowhere", "events": [components.Events.STREAM_IDLE]}
run("webhook.create", lambda: sdk.webhook.create(request=hook))
made = raw("POST", "/webhook", {"name": "x", "url": f"{control}/api/nowhere", "events": ["stream.started"]})
run("webhook.get_all", lambda: sdk.webhook.get_all())
run("webhook.get", lambda: sdk.webhook.get(id=made["id"]))
run("webhook.update", lambda: sdk.webhook.update(id=made["id"], webhook=hook))
act("go-live", id=full.stream.id)
logs = []
while not logs:
    logs = raw("GET", f"/webhook/{made['id']}/log")
run("webhook.get_logs", lambda: sdk.webhook.get_logs(id=made["id"]))
run("webhook.get_log", lambda: sdk.webhook.get_log(id=made["id"], log_id=logs[0]["id"]))
run("webhook.resend_log", lambda: sdk.webhook.resend_log(id=made["id"], log_id=logs[0]["id"]))
run("webhook.delete", lambda: sdk.webhook.delete(id=made["id"]))

# Keys
run("access_control.create", lambda: sdk.access_control.create())
key = raw("POST", "/access-control/signing-key")
run("access_control.get_all", lambda: sdk.access_control.get_all())
run("access_control.get", lambda: sdk.access_control.get(key_id=key["id"]))
run("access_control.update", lambda: sdk.access_control.update(key_id=key["id"], request_body={"name": "n", "disabled": True}))
run("access_control.delete", lambda: sdk.access_control.delete(key_id=key["id"]))

# Rooms
run("room.create", lambda: sdk.room.create())
room = raw("POST", "/room")["id"]
run("room.get", lambda: sdk.room.get(id=room))
user = run("room.create_user", lambda: sdk.room.create_user(id=room, room_user_payload={"name": "Ishmael"})).room_user_response
run("room.get_user", lambda: sdk.room.get_user(id=room, user_id=user.id))
run("room.update_user", lambda: sdk.room.update_user(id=room, user_id=user.id, room_user_update_payload={"can_publish": True}))
run("room.start_egress", lambda: sdk.room.start_egress(id=room, room_egress_payload={"stream_id": stream.id}))
run("room.stop_egress", lambda: sdk.room.stop_egress(id=room))
run("room.delete_user", lambda: sdk.room.delete_user(id=room, user_id=user.id))
run("room.delete", lambda: sdk.room.delete(id=room))

# AI: the SDK itself puts /api behind the server's URL.
sdk.sdk_configuration.server_url = control
image = {"file_name": "a.png", "content": b"\x89PNG\r\n\x1a\n"}
run("generate.text_to_image", lambda: sdk.generate.text_to_image(request={"prompt": "a cat"}))
run("generate.image_to_image", lambda: sdk.generate.image_to_image(request={"prompt": "a cat", "image": image}))
run("generate.image_to_video", lambda: sdk.generate.image_to_video(request={"image": image}))
run("generate.upscale", lambda: sdk.generate.upscale(request={"prompt": "a cat", "image": image}))
run("generate.audio_to_text", lambda: sdk.generate.audio_to_text(request={"audio": {"file_name": "a.wav", "content": b"RIFF"}}))
run("generate.segment_anything2", lambda: sdk.generate.segment_anything2(request={"image": image}))

sdk.sdk_configuration.server_url = base
run("asset.delete", lambda: sdk.asset.delete(asset_id=asset.asset.id))
run("multistream.delete", lambda: sdk.multistream.delete(id=target.id))
run("stream.delete", lambda: sdk.stream.delete(id=stream.id))

HELPERS = {"build_request", "build_request_with_client", "get_url", "do_request"}
methods = []
for name in dir(sdk):
    resource = getattr(sdk, name)
    if name.startswith("_") or not type(resource).__module__.startswith("livepeer."):
        continue
    if name == "sdk_configuration":
        continue
    public = (method for method in dir(resource) if not method.startswith("_") and callable(getattr(resource, method)))
    methods += [f"{name}.{method}" for method in public if method not in HELPERS and not method.endswith("_async")]
steps.end("Python livepeer", methods)
