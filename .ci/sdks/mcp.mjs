// `livepeer mcp` by the official inspector's command-line mode, which checks results by their schemas: mcp.mjs BASE_URL PROGRAM
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Steps } from "./steps.mjs";

const base = process.argv[2];
const program = resolve(process.argv[3]);
// It finds its own package.json only from here.
const cwd = fileURLToPath(new URL("node_modules/@modelcontextprotocol/inspector-cli/build", import.meta.url));
const server = ["--cli", "-e", `LIVEPEER_BASE_URL=${base}`, "-e", "LIVEPEER_API_KEY=any", program, "mcp"];

async function inspect(method, tool, args = {}) {
  const options = ["--method", method, ...(tool ? ["--tool-name", tool] : [])];
  for (const [name, value] of Object.entries(args)) options.push("--tool-arg", `${name}=${value}`);
  const { stdout } = await promisify(execFile)(process.execPath, ["cli.js", ...server, ...options], { cwd, maxBuffer: 1 << 24 });
  return JSON.parse(stdout);
}
const check = (right, found) => {
  if (!right) throw new Error(`not as expected: ${JSON.stringify(found)}`);
};

const steps = new Steps({});
let id;
await steps.run("tools/list", async () => {
  const { tools } = await inspect("tools/list");
  const names = tools.map(tool => tool.name);
  check(["stream_create", "stream_get", "upload", "search_docs"].every(name => names.includes(name)), names);
  check(tools.every(tool => tool.description && tool.inputSchema.type === "object"), tools);
});
await steps.run("tools/call stream_create", async () => {
  const result = await inspect("tools/call", "stream_create", { name: "inspected", record: true });
  id = result.structuredContent?.id;
  check(!result.isError && id, result);
  const headers = { authorization: "Bearer any" };
  const stream = await (await fetch(`${base}/stream/${id}`, { headers })).json();
  check(stream.name === "inspected" && stream.record === true, stream);
});
await steps.run("tools/call stream_get", async () => {
  const result = await inspect("tools/call", "stream_get", { id });
  check(!result.isError && result.structuredContent.name === "inspected", result);
});
await steps.run("tools/call stream_get, of none", async () => {
  const result = await inspect("tools/call", "stream_get", { id: "nothing" });
  check(result.isError === true && JSON.stringify(result).includes("404"), result);
});
steps.end("the MCP inspector", ["tools/list", "tools/call"]);
