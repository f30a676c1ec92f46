// An upload from the page of examples/browser, with cuts and reloads: upload.mjs PAGE STUDIO BROWSER MIB CUTS RELOADS
import { createHash, randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [pageUrl, studio, executablePath, ...numbers] = process.argv.slice(2);
const [size, cuts, reloads] = numbers.map(Number);
const MIB = 1024 * 1024;
const assert = (holds, what) => { if (!holds) { console.log(`not so: ${what}`); process.exit(1); } };
const control = (method, path, json) =>
  fetch(`${studio}${path}`, { method, headers: { authorization: "Bearer any", "content-type": "application/json" }, body: json && JSON.stringify(json) });

const folder = mkdtempSync(join(tmpdir(), "upload-"));
const sums = new Map();
const make = (name, size) => {
  const [path, sum] = [join(folder, name), createHash("sha256")];
  const file = openSync(path, "w");
  for (let at = 0; at < size; at++) { const piece = randomBytes(MIB); sum.update(piece); writeSync(file, piece); }
  closeSync(file);
  sums.set(name, sum.digest("hex"));
  return path;
};
const path = make("film.mp4", size);

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage();
page.setDefaultTimeout(60_000);
const keys = [];
page.on("request", request => { if (request.headers().authorization) keys.push(request.url()); });
const cdp = await page.context().newCDPSession(page);
await cdp.send("Performance.enable");
// Slow enough that nothing is over before this program has looked, on a busy machine, too.
await cdp.send("Network.enable");
await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 5 * MIB });

const began = Date.now();
let wasm = 0, heap = 0;
const choose = async () => {
  await page.locator("body[data-ready]").waitFor();
  await page.locator("#files").setInputFiles(path);
};
const look = async () => {
  const { metrics } = await cdp.send("Performance.getMetrics");
  heap = Math.max(heap, metrics.find(({ name }) => name === "JSHeapUsedSize").value);
  const now = await page.evaluate(() => [window.wasmMemory(), document.querySelector("progress")?.value ?? 0, document.querySelector("output")?.textContent]);
  wasm = Math.max(wasm, now[0]);
  return { progress: now[1], status: now[2] };
};

const assets = async () => (await control("GET", "/api/asset")).json();

// Where something goes wrong, evenly across the file; a reload after every few cuts.
const events = [...Array(cuts).fill("cut"), ...Array(reloads).fill("reload")]
  .map((what, at) => ({ what, at: what === "cut" ? (at + 1) / (cuts + 1) : (at - cuts + 0.6) / (reloads + 0.3) }))
  .sort((a, b) => a.at - b.at);
await page.goto(pageUrl);
await choose();
let paused = false, dropped = 0;
for (const { what, at } of events) {
  let now;
  do { now = await look(); } while (now.progress < at && now.status === "sending");
  if (what === "cut") {
    dropped++;
    await control("PUT", "/_emulator/faults", { fault: [{ method: "PATCH", path: "/asset/upload/tus", cut: true, times: 1 }] });
  } else {
    const before = await page.evaluate(() => JSON.parse(Object.values(localStorage)[0] ?? "{}").offset ?? 0);
    await page.reload();
    await choose();
    const after = await page.evaluate(() => JSON.parse(Object.values(localStorage)[0] ?? "{}").offset ?? 0);
    assert(after >= before, `it continues after a reload: ${before}, ${after}`);
  }
  if (!paused) {
    paused = true;
    // Not by `click`, which first waits until the button stands still: meanwhile the upload can end.
    await page.getByRole("button", { name: "Pause" }).dispatchEvent("click");
    await page.getByText("paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Resume" }).dispatchEvent("click");
  }
}
let now;
do { now = await look(); } while (now.status === "sending");
assert(now.status === "done", `it ends: ${now.status}`);
const seconds = (Date.now() - began) / 1000;

assert((await assets()).length === 1, "one asset, though the page was reloaded");

// Several at once.
await page.locator("#files").setInputFiles([make("second.mp4", 1), make("third.mp4", 9)]);
await page.locator("output", { hasText: "done" }).nth(2).waitFor();

for (const { id, name } of await assets()) {
  let asset;
  do asset = await (await control("GET", `/api/asset/${id}`)).json(); while (asset.status.phase !== "ready");
  const arrived = createHash("sha256");
  for await (const piece of (await fetch(asset.downloadUrl)).body) arrived.update(piece);
  assert(arrived.digest("hex") === sums.get(name), `all bytes of ${name} arrive`);
  sums.delete(name);
}
assert(sums.size === 0, `all files arrive: ${[...sums.keys()]}`);
assert(keys.length === 0, `no key leaves the page: ${keys}`);
assert(wasm <= 4 * MIB && heap <= 16 * MIB, `the memory of the page stays small: ${wasm} and ${heap}`);
assert(await page.evaluate(() => localStorage.length) === 0, "nothing is left behind");
await browser.close();
rmSync(folder, { recursive: true });
console.log(`${size} MiB from a page with ${dropped} cuts and ${reloads} reloads in ${seconds.toFixed(1)} s; memory: ${(wasm / MIB).toFixed(1)} MiB of WebAssembly, ${(heap / MIB).toFixed(1)} MiB of JavaScript`);
