// Requests through Prism: requests.mjs list DOCUMENT COUNT | requests.mjs send REQUESTS PRISM_URL
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";

const [what, file, argument] = process.argv.slice(2);
const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

if (what === "list") {
  const text = readFileSync(file, "utf8");
  let document;
  if (text.trimStart().startsWith("{")) document = JSON.parse(text);
  else document = createRequire(realpathSync(process.env.PRISM))("@stoplight/yaml").parse(text);
  const operations = Object.entries(document.paths)
    .flatMap(([path, item]) => Object.keys(item).filter(method => methods.includes(method)).map(method => `${method.toUpperCase()} ${path}`));
  console.log(operations.slice(0, Number(argument)).join("\n"));
} else {
  let sent = 0, wrong = 0, multipart = 0;
  const operations = new Set(), bad = new Set();
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const { operation, sample, error, method, url, headers, body, server } = JSON.parse(line);
    operations.add(operation);
    if (error) {
      wrong++, bad.add(operation);
      console.log(`   ${operation}, ${sample}: not made: ${error}`);
      continue;
    }
    const fields = Object.fromEntries(headers);
    // Prism 5 ends with a TypeError at these.
    if (fields["content-type"]?.startsWith("multipart/")) { multipart++; continue; }
    delete fields["content-length"];
    delete fields["accept-encoding"];
    const response = await fetch(argument + url.slice(server.length), {
      method, headers: fields, redirect: "manual", body: ["GET", "HEAD"].includes(method) || body === "" ? undefined : body,
    });
    const text = await response.text();
    sent++;
    const said = JSON.parse(response.headers.get("sl-violations") ?? "[]").filter(({ location }) => location[0] === "request");
    let refused = [];
    if ([401, 404, 405, 415, 422].includes(response.status) && text.includes("stoplight.io/prism/errors")) {
      const problem = JSON.parse(text);
      refused = problem.validation ?? [{ location: [problem.title], message: problem.detail }];
    }
    const problems = [...said, ...refused];
    if (problems.length) wrong++, bad.add(operation);
    for (const { location, message } of problems) console.log(`   ${operation}, ${sample}: ${method} ${url}: ${[location].flat().join(".")}: ${message}`);
  }
  console.log(`   Prism: ${sent} requests of ${operations.size} operations, ${wrong} refused (${bad.size} operations); ${multipart} multipart forms are left out, which Prism cannot read`);
  process.exit(Number(wrong > 0 || sent === 0));
}
