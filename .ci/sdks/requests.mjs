// The requests of our own, as snapshots/ has them, through Prism: requests.mjs PROXY_URL BASE_URL. Every one that goes to the base URL
// has to be as the OpenAPI document says.
import { readFileSync, readdirSync } from "node:fs";

const [proxy, base] = process.argv.slice(2);
let sent = 0, left = 0, wrong = 0;
for (const name of readdirSync("snapshots", { recursive: true }).filter(name => name.endsWith(".snap")).sort()) {
  const text = readFileSync(`snapshots/${name}`, "utf8").split("---\n").slice(2).join("---\n");
  const [head, ...body] = text.split("\n\n");
  const [line, ...headers] = head.trim().split("\n");
  const [method, url] = line.split(" ");
  if (!url.startsWith(`${base}/`)) continue;
  const fields = Object.fromEntries(headers.map(header => header.split(/: (.*)/s).slice(0, 2)));
  // Prism 5 ends with a TypeError at these.
  if (fields["content-type"]?.startsWith("multipart/")) { left++; continue; }
  const content = body.join("\n\n").replace(/\n$/, "");
  const response = await fetch(proxy + url.slice(base.length), {
    method, headers: { ...fields, authorization: "Bearer any" }, body: ["GET", "HEAD"].includes(method) || !body.length ? undefined : content,
  });
  await response.arrayBuffer();
  sent++;
  for (const { location, message } of JSON.parse(response.headers.get("sl-violations") ?? "[]")) {
    if (location[0] !== "request") continue;
    wrong++;
    console.log(`${name}: ${method} ${url}: ${location.join(".")}: ${message}`);
  }
}
console.log(`Prism: ${sent} requests of our own to ${base}, ${wrong} deviations; ${left} multipart forms are left out, which Prism cannot read`);
process.exit(Number(wrong > 0 || sent === 0));
