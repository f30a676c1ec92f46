// studio.mjs through Prism, a validating proxy: prism.mjs PROXY_URL CONTROL_URL. Every request has to be as the OpenAPI document
// says, and every response of the emulator, but for these.
const KNOWN = [
  ["the SDK sends a number for a boolean", /^GET \/stream\/\{id\}\/sessions request\.query\.record:/],
  ["the measured asset has no id, name and source", /^GET \/task(\/\{id\})? response\.body/],
  ["the SDK leaves the id out", /^PUT \/webhook\/\{id\} request\.body:/],
  ["there is no body", /^DELETE \/webhook\/\{id\} response/],
  ["the SDK leaves the body out", /^POST \/access-control\/signing-key request:/],
  ["a body where there is none", /^POST \/room request:/],
];
const direct = globalThis.fetch;
const violations = new Set();
globalThis.fetch = async (...given) => {
  const response = await direct(...given);
  const request = given[0] instanceof Request ? given[0] : { method: given[1]?.method ?? "GET", url: String(given[0]) };
  for (const { location, message } of JSON.parse(response.headers.get("sl-violations") ?? "[]")) {
    const path = new URL(request.url).pathname.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-z]{16}(?=\/|$)/g, "{id}");
    violations.add(`${request.method} ${path} ${location.join(".")}: ${message}`);
  }
  return response;
};
process.on("exit", code => {
  const unknown = [...violations].filter(text => !KNOWN.some(([, known]) => known.test(text)));
  console.log(`Prism: ${violations.size} deviations, all but ${unknown.length} known`);
  for (const text of unknown) console.log(`  ${text}`);
  process.exitCode = code || Number(unknown.length > 0);
});
await import("./studio.mjs");
