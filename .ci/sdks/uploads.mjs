// Uploads by tus-js-client and by Uppy, which have to arrive as they were sent: uploads.mjs BASE_URL
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { Uppy } from "@uppy/core";
import UppyTus from "@uppy/tus";
import * as tus from "tus-js-client";

const base = process.argv[2];
const PART = 8 * 1024 * 1024;
const call = async (method, path, json) => {
  const headers = { authorization: "Bearer any", "content-type": "application/json" };
  return (await fetch(base + path, { method, headers, body: json && JSON.stringify(json) })).json();
};
const hash = bytes => createHash("sha256").update(bytes).digest("hex");

// Whether the file of an asset is this.
async function arrived(id, content) {
  let asset;
  do asset = await call("GET", `/asset/${id}`); while (asset.status.phase !== "ready");
  return hash(new Uint8Array(await (await fetch(asset.downloadUrl)).arrayBuffer())) === hash(content);
}

const upload = (content, endpoint, options) => new Promise((resolve, reject) => {
  const all = { endpoint, chunkSize: PART, retryDelays: [100, 200], onSuccess: resolve, onError: reject, ...options };
  new tus.Upload(content, all).start();
});

// Stops after the first part, and continues with another upload.
const resumed = (content, endpoint) => new Promise((resolve, reject) => {
  const first = new tus.Upload(content, {
    endpoint, chunkSize: PART, onError: reject, onSuccess: resolve,
    onChunkComplete: () => { if (first.stopped) return; first.stopped = true; first.abort().then(() => upload(content, endpoint, { uploadUrl: first.url })).then(resolve, reject); },
  });
  first.start();
});

async function uppy(content, endpoint) {
  const one = new Uppy().use(UppyTus, { endpoint, chunkSize: PART, removeFingerprintOnSuccess: true });
  // In Node its source is a buffer, to which it wants a size.
  one.addFile({ name: "film.mp4", type: "video/mp4", data: Object.assign(Buffer.from(content), { size: content.length }) });
  const { failed } = await one.upload();
  one.destroy();
  if (failed.length) throw new Error(failed[0].error);
}

const WAYS = {
  "tus-js-client": (content, endpoint) => upload(content, endpoint, {}),
  "tus-js-client with metadata": (content, endpoint) => upload(content, endpoint, { metadata: { filename: "ü.mp4" } }),
  "tus-js-client with data in the creation": (content, endpoint) => upload(content, endpoint, { uploadDataDuringCreation: true }),
  "tus-js-client, POST in place of PATCH": (content, endpoint) => upload(content, endpoint, { overridePatchMethod: true }),
  "tus-js-client in 16 MiB parts": (content, endpoint) => upload(content, endpoint, { chunkSize: 2 * PART }),
  "tus-js-client from a stream": (content, endpoint) => upload(Readable.from([content]), endpoint, { uploadSize: content.length }),
  "tus-js-client, resumed": resumed,
  uppy,
};
let count = 0;
const failures = [];
for (const size of [1, 3 * 1024 * 1024, PART, PART + 1, 2 * PART + 5]) {
  const content = randomBytes(size);
  for (const [name, way] of Object.entries(WAYS)) {
    const ticket = await call("POST", "/asset/request-upload", { name });
    try {
      await way(content, ticket.tusEndpoint);
      if (await arrived(ticket.asset.id, content)) count++;
      else failures.push(`${name}, ${size} bytes: another file has arrived`);
    } catch (error) {
      failures.push(`${name}, ${size} bytes: ${error.message}`);
    }
  }
}
// Nothing is uploaded, too.
const empty = await call("POST", "/asset/request-upload", { name: "empty" });
await upload(Buffer.alloc(0), empty.tusEndpoint, {});
if ((await call("GET", `/asset/${empty.asset.id}`)).status.phase === "uploading") failures.push("an empty file never arrives");
console.log(`tus-js-client and Uppy: ${count} uploads arrived`);
for (const failure of failures) console.log(`  ${failure}`);
process.exit(failures.length ? 1 : 0);
