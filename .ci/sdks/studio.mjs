// Every method of the official TypeScript SDK `livepeer` against the emulator: studio.mjs BASE_URL CONTROL_URL
import { Livepeer } from "livepeer";
import { Steps, methodsOf } from "./steps.mjs";

const [base, control] = process.argv.slice(2);
const sdk = new Livepeer({ apiKey: "any", serverURL: base });

// What the SDK cannot do with the real server either.
const KNOWN = {
  "stream.addMultistreamTarget": ["takes 204 only, the server responds with 200", "error set"],
  "task.getAll": ["wants an id and a source in what was measured of an asset", "assetSpec"],
  "task.get": ["wants an id and a source in what was measured of an asset", "assetSpec"],
  "metrics.getCreatorViewership": ["cannot tell which asset or stream", "Must provide assetId or streamId"],
  "metrics.getUsage apart": ["takes an object only, the server responds with a list", "received array"],
  "webhook.create": ["takes 200 only, the server responds with 201", "error set"],
  "webhook.update": ["does not send the id in the body", "not found"],
  "webhook.delete": ["wants a body, the server responds with 204", "Status 204"],
  "accessControl.create": ["takes 200 only, the server responds with 201", "error set"],
  "room.create": ["takes 200 only, the server responds with 201", "error set"],
  "generate.audioToText": ["sends timestamps as Studio cannot read them", "HTTPValidationError"],
  "generate.llm": ["sends a form that is not multipart", "HTTPValidationError"],
};
const steps = new Steps(KNOWN);
// The SDK puts what it did not expect beside the error.
const checked = async call => {
  const result = await call();
  if (result?.error) throw Object.assign(new Error(JSON.stringify(result.error)), { name: "error set" });
  return result;
};
const run = (name, call) => steps.run(name, () => checked(call));
const act = (action, json) => fetch(`${control}/_emulator/${action}`, { method: "POST", body: JSON.stringify(json) });
const raw = async (method, path, json) => {
  const headers = { authorization: "Bearer any", "content-type": "application/json" };
  return (await fetch(base + path, { method, headers, body: json && JSON.stringify(json) })).json();
};

const target = (await run("multistream.create", () => sdk.multistream.create({ url: "rtmp://there.example/live/key" }))).multistreamTarget;
const stream = (await run("stream.create", () => sdk.stream.create({ name: "x", record: true, creatorId: "me" }))).stream;
const full = (await run("stream.create full", () => sdk.stream.create({
  name: "full", record: true, userTags: { a: "b", n: 1.5 }, playbackPolicy: { type: "jwt" },
  profiles: [{ name: "a", width: 640, height: 360, bitrate: 800000, fps: 30, fpsDen: 1, quality: 23, gop: "2", profile: "H264Baseline" }],
  recordingSpec: { profiles: [{ bitrate: 800000 }] }, multistream: { targets: [{ profile: "a", id: target.id }] },
}))).stream;
const pulled = (await run("stream.create pull", () => sdk.stream.create({
  name: "pull", pull: { source: "https://a.example/x", headers: { a: "b" }, location: { lat: 1, lon: 2 } },
}))).stream;
await run("stream.getAll", () => sdk.stream.getAll("true"));
await run("stream.get", () => sdk.stream.get(stream.id));
await run("stream.update", () => sdk.stream.update({ name: "y", userTags: { a: "b" } }, stream.id));
await run("stream.addMultistreamTarget", () => sdk.stream.addMultistreamTarget({ profile: "source", id: target.id }, stream.id));
await run("stream.removeMultistreamTarget", () => sdk.stream.removeMultistreamTarget(stream.id, target.id));
await run("stream.startPull", () => sdk.stream.startPull(pulled.id));
await act("go-live", { id: stream.id });
await run("stream.createClip", () => sdk.stream.createClip({ playbackId: stream.playbackId, startTime: 1, name: "clip" }));
await run("stream.getClips", () => sdk.stream.getClips(stream.id));
await run("stream.terminate", () => sdk.stream.terminate(stream.id));
await act("advance", { seconds: 120 });
await run("session.getAll", () => sdk.session.getAll());
const session = (await raw("GET", "/session")).find(session => session.parentId === stream.id);
await run("session.get", () => sdk.session.get(session.id));
await run("session.getClips", () => sdk.session.getClips(session.id));
await run("session.getRecorded", () => sdk.session.getRecorded(stream.id));
await run("session.getRecorded filtered", () => sdk.session.getRecorded(stream.id, 1));
await run("multistream.getAll", () => sdk.multistream.getAll());
await run("multistream.get", () => sdk.multistream.get(target.id));
await run("multistream.update", () => sdk.multistream.update({ url: "rtmp://b.example/k", disabled: true }, target.id));

const asset = (await run("asset.create", () => sdk.asset.create({ name: "x", staticMp4: true }))).data
  ?? await raw("POST", "/asset/request-upload", { name: "x" });
await fetch(asset.url, { method: "PUT", headers: { "content-type": "video/mp4" }, body: "film" });
await run("asset.createViaUrl", () => sdk.asset.createViaUrl({ name: "u", url: "https://files.example/a.mp4" }));
await act("advance", { seconds: 120 });
await run("asset.getAll", () => sdk.asset.getAll());
await run("asset.get", () => sdk.asset.get(asset.asset.id));
await run("asset.update", () => sdk.asset.update({ name: "y" }, asset.asset.id));
await run("playback.get", () => sdk.playback.get(asset.asset.playbackId));
await run("task.getAll", () => sdk.task.getAll());
await run("task.get", () => sdk.task.get(asset.task.id));
await run("transcode.create", () => sdk.transcode.create({
  input: { url: "https://files.example/a.mp4" },
  storage: { type: "s3", endpoint: "https://s3.example", bucket: "b", credentials: { accessKeyId: "i", secretAccessKey: "s" } },
  outputs: { hls: { path: "/out" } },
}));

await act("watch", { id: asset.asset.playbackId, seconds: 60 });
await run("metrics.getRealtimeViewership", () => sdk.metrics.getRealtimeViewership(asset.asset.playbackId));
await run("metrics.getViewership", () => sdk.metrics.getViewership({ playbackId: asset.asset.playbackId }));
await run("metrics.getCreatorViewership", () => sdk.metrics.getCreatorViewership({ creatorId: "me" }));
await run("metrics.getPublicViewership", () => sdk.metrics.getPublicViewership(asset.asset.playbackId));
await run("metrics.getUsage", () => sdk.metrics.getUsage({}));
await run("metrics.getUsage apart", () => sdk.metrics.getUsage({ timeStep: "day" }));

const hook = { name: "x", url: `${control}/api/nowhere`, events: ["stream.started"] };
await run("webhook.create", () => sdk.webhook.create(hook));
const made = await raw("POST", "/webhook", hook);
await run("webhook.getAll", () => sdk.webhook.getAll());
await run("webhook.get", () => sdk.webhook.get(made.id));
await run("webhook.update", () => sdk.webhook.update(hook, made.id));
await act("go-live", { id: full.id });
let logs = [];
while (!logs.length) logs = await raw("GET", `/webhook/${made.id}/log`);
await run("webhook.getLogs", () => sdk.webhook.getLogs(made.id));
await run("webhook.getLog", () => sdk.webhook.getLog(made.id, logs[0].id));
await run("webhook.resendLog", () => sdk.webhook.resendLog(made.id, logs[0].id));
await run("webhook.delete", () => sdk.webhook.delete(made.id));

await run("accessControl.create", () => sdk.accessControl.create());
const key = await raw("POST", "/access-control/signing-key", {});
await run("accessControl.getAll", () => sdk.accessControl.getAll());
await run("accessControl.get", () => sdk.accessControl.get(key.id));
await run("accessControl.update", () => sdk.accessControl.update({ name: "n", disabled: true }, key.id));
await run("accessControl.delete", () => sdk.accessControl.delete(key.id));

await run("room.create", () => sdk.room.create());
const room = (await raw("POST", "/room", {})).id;
await run("room.get", () => sdk.room.get(room));
const user = (await run("room.createUser", () => sdk.room.createUser({ name: "Ishmael" }, room))).roomUserResponse;
await run("room.getUser", () => sdk.room.getUser(room, user.id));
await run("room.updateUser", () => sdk.room.updateUser({ canPublish: true }, room, user.id));
await run("room.startEgress", () => sdk.room.startEgress({ streamId: stream.id }, room));
await run("room.stopEgress", () => sdk.room.stopEgress(room));
await run("room.deleteUser", () => sdk.room.deleteUser(room, user.id));
await run("room.delete", () => sdk.room.delete(room));

// AI: the SDK itself puts /api behind the server's URL.
const ai = new Livepeer({ apiKey: "any", serverURL: control }).generate;
const file = (name, type) => new File(["content"], name, { type });
const image = file("a.png", "image/png");
await run("generate.textToImage", () => ai.textToImage({ prompt: "a cat", modelId: "m" }));
await run("generate.imageToImage", () => ai.imageToImage({ prompt: "a cat", image, modelId: "m" }));
await run("generate.imageToVideo", () => ai.imageToVideo({ image, modelId: "m" }));
await run("generate.upscale", () => ai.upscale({ prompt: "a cat", image, modelId: "m" }));
await run("generate.audioToText", () => ai.audioToText({ audio: file("a.wav", "audio/wav"), modelId: "m" }));
await run("generate.segmentAnything2", () => ai.segmentAnything2({ image, modelId: "m" }));
await run("generate.llm", () => ai.llm({ prompt: "hello" }));

await run("asset.delete", () => sdk.asset.delete(asset.asset.id));
await run("multistream.delete", () => sdk.multistream.delete(target.id));
await run("stream.delete", () => sdk.stream.delete(stream.id));

steps.end("TypeScript livepeer", methodsOf(sdk).flatMap(name => methodsOf(sdk[name]).map(method => `${name}.${method}`)));
