"""Every method of the official Python SDK `livepeer-ai` against the emulated gateway, under each of its bases: ai.py URL..."""

import sys
import warnings

from livepeer_ai import Livepeer
from steps import Steps

warnings.simplefilter("ignore", DeprecationWarning)
KNOWN = {}
for base in sys.argv[1:]:
    KNOWN[f"llm {base}"] = ("sends the request of an older version", "prompt")
    KNOWN[f"live_video_to_video {base}"] = ("calls what only runners have", "404")
    if "/generate" in base:
        # Studio's own: it takes "true" for no text, and hosts seven operations.
        KNOWN[f"audio_to_text {base}"] = ("sends timestamps as Studio cannot read them", "")
        KNOWN[f"image_to_text {base}"] = ("calls what Studio does not host", "404")
        KNOWN[f"text_to_speech {base}"] = ("calls what Studio does not host", "404")
steps = Steps(KNOWN)
IMAGE = {"file_name": "a.png", "content": b"\x89PNG\r\n\x1a\n"}
AUDIO = {"file_name": "a.wav", "content": b"RIFF"}
REQUESTS = {
    "text_to_image": {"prompt": "a cat", "model_id": "m", "width": 64, "height": 32},
    "image_to_image": {"prompt": "a cat", "image": IMAGE, "model_id": "m"},
    "image_to_video": {"image": IMAGE, "model_id": "m", "width": 64, "height": 32},
    "upscale": {"prompt": "a cat", "image": IMAGE, "model_id": "m"},
    "audio_to_text": {"audio": AUDIO, "model_id": "m"},
    "segment_anything2": {"image": IMAGE, "model_id": "m"},
    "image_to_text": {"image": IMAGE, "model_id": "m"},
    "text_to_speech": {"text": "hello", "model_id": "m"},
    "llm": {"messages": [{"role": "user", "content": "hello"}], "model": "m", "max_tokens": 5, "stream": False},
    "live_video_to_video": {"subscribe_url": "a", "publish_url": "b", "model_id": "m"},
}
methods = []
for url in sys.argv[1:]:
    generate = Livepeer(http_bearer="any", server_url=url).generate
    methods = [name for name in dir(generate) if name in REQUESTS or (callable(getattr(generate, name)) and not name.startswith(("_", "build", "do_", "get_")) and not name.endswith("_async"))]
    for name, request in REQUESTS.items():
        steps.run(f"{name} {url}", lambda: getattr(generate, name)(request=request))
steps.end("Python livepeer-ai", [name for name in methods if name != "sdk_configuration"])
