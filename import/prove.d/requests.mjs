// Requests through Prism: requests.mjs list DOCUMENT COUNT REDUCED | requests.mjs send REQUESTS PRISM_URL
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { request } from "node:http";

const [what, file, argument, reduced] = process.argv.slice(2);
// Prism sends the headers of documents as they are, also a length that is none: `fetch` refuses them.
const send = (url, options, body) => new Promise((resolve, reject) => {
  const sent = request(url, { ...options, insecureHTTPParser: true }, response => {
    const chunks = [];
    response.on("data", chunk => chunks.push(chunk));
    response.on("error", reject);
    response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }));
  });
  sent.on("error", reject);
  sent.end(body);
});

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

if (what === "list") {
  const text = readFileSync(file, "utf8");
  let document;
  if (text.trimStart().startsWith("{")) document = JSON.parse(text);
  else document = createRequire(realpathSync(process.env.PRISM))("@stoplight/yaml").parse(text);
  const operations = Object.entries(document.paths)
    .flatMap(([path, item]) => Object.keys(item).filter(method => methods.includes(method)).map(method => [method, path]))
    .slice(0, Number(argument));
  console.log(operations.map(([method, path]) => `${method.toUpperCase()} ${path}`).join("\n"));
  // For Prism only these, and what their requests refer to: responses are not compared, and those of some documents keep it busy for hours.
  const { openapi, info, servers, security } = document;
  const paths = {};
  for (const [method, path] of operations) {
    const { [method]: operation, parameters, servers } = document.paths[path];
    paths[path] = { ...paths[path], ...(parameters && { parameters }), ...(servers && { servers }),
      [method]: { ...operation, callbacks: undefined, responses: { 200: { description: "" } } } };
  }
  const components = { securitySchemes: document.components?.securitySchemes };
  const copy = value => {
    for (const { $ref } of found(value)) {
      const [kind, name] = $ref.split("/").slice(2).map(part => part.replaceAll("~1", "/").replaceAll("~0", "~"));
      if (!$ref.startsWith("#/components/") || components[kind]?.[name] !== undefined) continue;
      (components[kind] ??= {})[name] = document.components[kind][name];
      copy(components[kind][name]);
    }
  };
  const found = value => value === null || typeof value !== "object" ? []
    : [...(typeof value.$ref === "string" ? [value] : []), ...Object.values(value).flatMap(found)];
  copy(paths);
  writeFileSync(reduced, JSON.stringify({ openapi, info, servers, security, paths, components }));
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
    const content = ["GET", "HEAD"].includes(method) || body === "" ? undefined : body;
    const { text, ...response } = await send(argument + url.slice(server.length), { method, headers: fields }, content);
    sent++;
    const said = JSON.parse(response.headers["sl-violations"] ?? "[]").filter(({ location }) => location[0] === "request");
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
