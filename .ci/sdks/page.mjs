// The page of the emulator in a real browser: page.mjs URL BROWSER
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [url, executablePath] = process.argv.slice(2);
const script = name => createRequire(import.meta.url).resolve(name);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
// The scripts that the test adds are no part of the page, whose policy would refuse them.
const page = await (await browser.newContext({ bypassCSP: true })).newPage();
page.setDefaultTimeout(20_000);
const assert = (holds, what) => { if (!holds) { console.log(`not so: ${what}`); process.exit(1); } };
const problems = [];
page.on("pageerror", error => problems.push(String(error)));
page.on("console", message => { if (message.type() === "error") problems.push(message.text()); });
await page.goto(url);
await page.getByText("live", { exact: true }).first().waitFor();
await page.getByRole("button", { name: "Create a stream" }).click();
const stream = page.locator("#streams tr").filter({ hasText: "my stream" });
await stream.getByRole("button", { name: "Go live" }).click();
await stream.getByText("live", { exact: true }).waitFor();
await stream.getByText("recording: waiting").waitFor();
await stream.getByRole("button", { name: "End" }).click();
await stream.getByText("idle", { exact: true }).waitFor();
await page.getByRole("button", { name: "Pass a minute" }).click();
await stream.getByText("recording: ready").waitFor();
const recording = page.locator("#assets tr").filter({ hasText: "live-" });
await recording.getByText("ready", { exact: true }).waitFor();
await recording.getByRole("button", { name: "Play" }).click();
await page.waitForFunction(() => { const video = document.getElementById("video"); return video.currentTime > 0.5 && video.videoWidth > 0; });
await page.addScriptTag({ path: script("tus-js-client/dist/tus.min.js") });
const uploaded = await page.evaluate(async () => {
  const made = await (await fetch("/api/asset/request-upload", { method: "POST", headers: { authorization: "Bearer any", "content-type": "application/json" }, body: JSON.stringify({ name: "by tus" }) })).json();
  const bytes = new Uint8Array(9 * 1024 * 1024).map((_, at) => at * 7);
  await new Promise((resolve, reject) => new tus.Upload(new Blob([bytes]), { endpoint: made.tusEndpoint, chunkSize: 8 * 1024 * 1024, onSuccess: resolve, onError: reject, metadata: { filename: "x" } }).start());
  return made.asset.id;
});
assert(uploaded, "tus-js-client uploads");
await page.locator("#assets tr").filter({ hasText: "by tus" }).getByText("ready", { exact: true }).waitFor();
await page.addScriptTag({ path: script("hls.js/dist/hls.min.js") });
const hls = await page.evaluate(async () => {
  const state = await (await fetch("/_emulator/state")).json();
  const id = state.assets.find(asset => asset.status.phase === "ready").playbackId;
  const video = document.createElement("video"); video.muted = true; document.body.append(video);
  const player = new Hls(); player.loadSource(`/hls/${id}/index.m3u8`); player.attachMedia(video);
  await new Promise((resolve, reject) => { player.on(Hls.Events.MANIFEST_PARSED, () => video.play().catch(reject)); player.on(Hls.Events.ERROR, (_, data) => reject(new Error(JSON.stringify(data.details)))); video.ontimeupdate = () => video.currentTime > 0.5 && resolve(); });
  return [video.videoWidth, video.duration];
});
assert(hls[0] === 128 && hls[1] === 10, `hls.js plays: ${hls}`);

// A fault, switched on and off.
await page.getByLabel("Path begins with").fill("/stream");
await page.getByRole("button", { name: "Add a fault" }).click();
await page.locator("#faults li").getByText("status 503").waitFor();
await page.getByRole("button", { name: "Create a stream" }).click();
await page.getByRole("alert").getByText("503").waitFor();
await page.locator("#faults input").uncheck();
await page.getByRole("button", { name: "Create a stream" }).click();
await page.waitForFunction(() => document.querySelectorAll("#streams tr").length === 2);

// Secrets are not shown, and everything has a name.
await page.evaluate(async () => {
  const post = (path, body) => fetch(`/api${path}`, { method: "POST", headers: { authorization: "Bearer any", "content-type": "application/json" }, body });
  await post("/multistream/target", JSON.stringify({ name: "there", url: "rtmp://live.example/app/sk-SECRETKEY?auth=zzz1" }));
  await post("/webhook", JSON.stringify({ name: "hook", events: ["stream.started"], url: "http://user:pa55w@127.0.0.1:9/hook" }));
  await post("/asset/upload/url", JSON.stringify({ name: "signed", url: "https://u:pw9@a.example/f.mp4?X-Amz-Signature=sig77" }));
  await post("/stream", '{"name": "sk-SECRETKEY');
});
await page.locator("#webhooks").getByText("127.0.0.1:9/hook").waitFor();
await page.locator("#requests").getByText("bytes that are no JSON").first().waitFor({ state: "attached" });
const text = await page.locator("body").textContent();
assert(!/streamKey": "(?!\[redacted\])/.test(text) && text.includes("[redacted]"), "secrets are redacted");
for (const secret of ["SECRETKEY", "zzz1", "pa55w", "pw9", "sig77"]) assert(!text.includes(secret), `${secret} is redacted`);
const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select")]
  .filter(element => !(element.textContent.trim() || element.labels?.length || element.getAttribute("aria-label"))).length);
assert(nameless === 0, `${nameless} controls have no name`);
const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
await page.emulateMedia({ colorScheme: "light" });
const light = await back();
await page.emulateMedia({ colorScheme: "dark" });
assert(await back() !== light, "there is a dark form");
problems.splice(0, problems.length, ...problems.filter(text => !text.includes("503") && !text.includes("400")));
assert(problems.length === 0, `the page is without errors: ${problems}`);
await browser.close();
console.log("the page of the emulator works in a browser");
