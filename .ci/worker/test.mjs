// examples/worker in workerd and in Node, against the emulator: test.mjs FOLDER WORKERD EMULATOR
import { spawn } from "node:child_process";
import { createHmac, createPublicKey, randomUUID, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, workerd] = process.argv.slice(2, 4).map(path => resolve(path)), emulator = process.argv[4];
const network = fetch;
const assert = (holds, what) => { if (!holds) { console.log(`not so: ${what}`); process.exit(1); } };
const call = (method, path, json) => {
  const headers = { authorization: "Bearer any", "content-type": "application/json" };
  return network(`${emulator}${path}`, { method, headers, body: json && JSON.stringify(json) });
};
const studio = async (method, path) => (await call(method, `/api${path}`)).json();
const control = (method, path, json) => call(method, `/_emulator/${path}`, json);

const key = await studio("POST", "/access-control/signing-key");
const secret = randomUUID();
const env = { LIVEPEER_API_KEY: "any", SIGNING_KEY: key.privateKey, SIGNING_KEY_PUBLIC: key.publicKey, WEBHOOK_SECRET: secret };

const signed = (age, by = secret) => {
  const timestamp = Date.now() - age;
  const body = JSON.stringify({ id: "e1", webhookId: "w1", createdAt: timestamp, timestamp, event: "stream.started" });
  const code = createHmac("sha256", by).update(body).digest("hex");
  return { method: "POST", body, headers: { "livepeer-signature": `t=${timestamp},v1=${code}` } };
};

// Each by a function that sends a request to the worker.
async function check(where, send) {
  const [name, before] = [`from ${where}`, (await studio("GET", "/stream")).length];
  // The first attempt is refused, so that the second comes after a back-off.
  await control("PUT", "faults", { fault: [{ method: "POST", path: "/stream", status: 429, times: 1 }] });
  const created = await send("/streams", { method: "POST", body: name });
  const playbackId = await created.text();
  assert(created.status === 200, `${where}: it creates a stream: ${created.status} ${playbackId}`);
  const streams = await studio("GET", "/stream");
  const stream = streams.find(stream => stream.playbackId === playbackId);
  assert(streams.length === before + 1 && stream?.name === name && stream.playbackPolicy.type === "jwt", `${where}: that stream`);

  const watch = await (await send(`/watch/${playbackId}`)).text();
  const url = new URL(watch), [header, claims, signature] = url.searchParams.get("jwt").split(".");
  const publicKey = createPublicKey(Buffer.from(key.publicKey, "base64"));
  const isValid = verify("sha256", `${header}.${claims}`, { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  const { sub, exp } = JSON.parse(Buffer.from(claims, "base64url"));
  const left = exp - Date.now() / 1000;
  assert(isValid && sub === playbackId && left > 500 && left <= 601, `${where}: it signs a token: ${watch}`);
  await control("POST", "go-live", { id: stream.id });
  const playlist = async search => (await network(`${emulator}${url.pathname}${search}`)).status;
  const statuses = `${await playlist(url.search)} with it, ${await playlist("")} without`;
  assert(statuses === "200 with it, 403 without", `${where}: the token opens the stream: ${statuses}`);

  for (const [request, status] of [[signed(0), 200], [signed(0, "another secret"), 401], [signed(86_400_000), 401], [{ method: "POST", body: "{}" }, 401]]) {
    const response = await send("/webhook", request);
    const text = await response.text();
    assert(response.status === status && (status !== 200 || text === "stream.started"), `${where}: ${status} for a webhook: ${response.status} ${text}`);
  }
  assert((await send("/nothing")).status === 404, `${where}: no such route`);
  console.log(`${where}: a call with a retry, a token and webhooks`);
}

// workerd says on another descriptor which port it has.
const options = ["serve", "worker.capnp", "--socket-addr=http=127.0.0.1:0", `--external-addr=livepeer=${new URL(emulator).host}`, "--control-fd=3"];
const running = spawn(workerd, options, { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "inherit", "inherit", "pipe"] });
let done = false;
running.on("exit", code => { if (!done) { console.log(`workerd ended: ${code}`); process.exit(1); } });
process.on("exit", () => { done = true; running.kill(); });
const port = await new Promise(resolve => running.stdio[3].once("data", line => resolve(JSON.parse(line).port)));
await check("workerd", (path, request) => network(`http://127.0.0.1:${port}${path}`, request));

// Node, where the emulator takes the place of the real service, too.
const reached = [];
globalThis.fetch = request => {
  const url = new URL(request.url);
  reached.push(url.origin);
  return network(new Request(request.url.replace(url.origin, emulator), request));
};
const worker = await import(pathToFileURL(join(folder, "pkg/edge_worker.js")));
worker.initSync({ module: readFileSync(join(folder, "pkg/edge_worker_bg.wasm")) });
const here = (path, request) => worker.fetch(new Request(`http://worker${path}`, request), env, {});
await check("Node", here);
assert(String(reached) === "https://livepeer.studio,https://livepeer.studio", `it calls Studio alone, twice: ${reached}`);

// A page has an address, and must not have a key. Deno's workers have one, too, and may.
console.error = () => {};
globalThis.location = { href: "https://page.example/" };
const refused = await here("/streams", { method: "POST", body: "from a page" });
assert(refused.status === 502 && reached.length === 2, `a key in a page is refused: ${refused.status}`);
globalThis.Deno = {};
await check("a worker of Deno's", here);
process.exit();
