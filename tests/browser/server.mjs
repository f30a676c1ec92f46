// A server on loopback for the tests in a browser, of another origin than their page: server.mjs PORT
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const counts = new Map();
const closed = new Set();
const uploads = new Map();
const count = name => { counts.set(name, (counts.get(name) ?? 0) + 1); return counts.get(name); };
const body = async request => { const all = []; for await (const piece of request) all.push(piece); return Buffer.concat(all); };

const ROUTES = {
  // What the request was.
  async echo(request, respond) {
    const content = await body(request);
    respond(200, { method: request.method, headers: request.headers, body: content.toString("latin1"), length: content.length });
  },
  // Fails twice, then responds.
  flaky(_, respond, name) { const made = count(name); respond(made < 3 ? 503 : 200, { made }, { "retry-after-ms": "10" }); },
  missing(_, respond) { respond(404, { errors: ["there is no such thing"] }); },
  // Never responds; the test asks later whether the browser has closed the connection.
  stall(request, _, name) { request.socket.on("close", () => closed.add(name)); },
  // Responds, and never ends.
  endless(request, _, name, response) { request.socket.on("close", () => closed.add(name)); response.writeHead(200, CORS).write("beginning"); },
  closed(_, respond, name) { respond(200, { closed: closed.has(name) }); },
  events(_, __, ___, response) {
    response.writeHead(200, { ...CORS, "content-type": "text/event-stream" });
    let sent = 0;
    const next = () => { response.write(`data: {"number": ${++sent}}\n\n`); if (sent === 3) response.end(); else setTimeout(next, 50); };
    next();
  },
  gzip(_, __, ___, response) {
    response.writeHead(200, { ...CORS, "content-type": "application/json", "content-encoding": "gzip" });
    response.end(gzipSync(JSON.stringify({ text: "decoded by the browser" })));
  },
  list(_, respond, page) {
    const at = Number(page ?? 0);
    respond(200, [{ number: 2 * at }, { number: 2 * at + 1 }], at < 2 ? { link: `</list?cursor=${at + 1}>; rel="next"` } : {});
  },
  redirect(_, __, ___, response) { response.writeHead(307, { ...CORS, location: "/echo" }).end(); },
  // A page may not read this.
  closed_to_pages(_, __, ___, response) { response.writeHead(200, { "content-type": "application/json" }).end("{}"); },
  // tus, of which the third part is cut after a half.
  async tus(request, respond, name, response) {
    const head = { ...CORS, "tus-resumable": "1.0.0" };
    if (request.method === "POST") {
      const id = `u${uploads.size}`;
      uploads.set(id, { content: Buffer.alloc(0), parts: 0 });
      return response.writeHead(201, { ...head, location: `/tus/${id}` }).end();
    }
    const upload = uploads.get(name);
    if (request.method === "GET") return respond(200, { length: upload.content.length, sum: upload.content.reduce((sum, byte) => (sum * 31 + byte) % 65521, 0) });
    if (request.method === "PATCH") {
      // A browser sends a request again by itself, if a connection that it had used before is cut.
      if (Number(request.headers["upload-offset"]) !== upload.content.length) return response.writeHead(409, head).end();
      upload.parts++;
      for await (const piece of request) {
        upload.content = Buffer.concat([upload.content, piece]);
        if (upload.parts === 3 && upload.content.length > 2.5 * 1024 * 1024) return request.socket.destroy();
      }
    }
    response.writeHead(request.method === "HEAD" ? 200 : 204, { ...head, "upload-offset": upload.content.length }).end();
  },
};

const CORS = { "access-control-allow-origin": "*", "access-control-expose-headers": "*, location, upload-offset" };

createServer((request, response) => {
  if (request.method === "OPTIONS") {
    return response.writeHead(204, {
      ...CORS, "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE", "access-control-max-age": "600",
    }).end();
  }
  const url = new URL(request.url, "http://localhost");
  const [, route, name] = url.pathname.split("/");
  const respond = (status, json, headers = {}) =>
    response.writeHead(status, { ...CORS, "content-type": "application/json", ...headers }).end(JSON.stringify(json));
  if (!ROUTES[route]) return respond(404, { errors: ["no such route"] });
  Promise.resolve(ROUTES[route](request, respond, name ?? url.searchParams.get("cursor") ?? undefined, response)).catch(() => response.destroy());
}).listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
