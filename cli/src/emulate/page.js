// The page of the emulator: fetches the state whenever something has changed, and shows it.
const $ = id => document.getElementById(id);
let state = {}, account = "", loading = false, again = false;

const own = path => `/_emulator/${path}`;

async function send(method, url, json, headers = {}) {
  const response = await fetch(url, {
    method, headers: { "content-type": "application/json", ...(account && { "emulator-account": account }), ...headers },
    body: json === undefined ? undefined : JSON.stringify(json),
  });
  if (!response.ok) throw new Error(`${method} ${url.split("?")[0]}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}
const api = (method, path, json) => send(method, `/api${path}`, json, { authorization: `Bearer ${state.apiKey}` });
const act = (action, json = {}) => send("POST", own(action), json);

// Says what went wrong.
const tried = action => async (...given) => {
  $("message").textContent = "";
  try { await action(...given); } catch (error) { $("message").textContent = error.message; }
};

// Builds an element; text is always text, whatever a server has sent.
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}
const button = (text, action) => make("button", { type: "button", textContent: text, onclick: tried(action) });
const row = (key, ...cells) => {
  const line = make("tr", {}, ...cells.map(cell => make("td", {}, ...[cell].flat())));
  line.dataset.key = key;
  return line;
};
const pre = value => make("pre", { textContent: typeof value === "string" ? value : JSON.stringify(value, null, 2) });

// Replaces rows, and keeps the focus where it was.
function fill(id, rows, none = "none yet") {
  const place = $(id), focused = document.activeElement;
  const within = place.contains(focused) && focused.closest("[data-key]");
  const at = within && [within.dataset.key, focused.textContent];
  if (!rows.length) rows = [place.tagName === "TBODY" ? make("tr", {}, make("td", { colSpan: 9, className: "none", textContent: none })) : make("p", { className: "none", textContent: none })];
  place.replaceChildren(...rows);
  if (at) [...place.querySelectorAll("[data-key]")].filter(line => line.dataset.key === at[0])
    .flatMap(line => [...line.querySelectorAll("button")]).find(element => element.textContent === at[1])?.focus();
}

const views = id => state.views.filter(([own]) => own === id).length || "";
const viewer = id => button("A viewer comes", () => act("watch", { id, seconds: 60 }));

function streams() {
  fill("streams", state.streams.map(stream => row(stream.id,
    stream.name,
    make("span", { className: stream.isActive ? "good" : "", textContent: stream.isActive ? "live" : stream.suspended ? "suspended" : "idle" }),
    state.sessions.filter(session => session.parentId === stream.id)
      .map(session => make("div", { textContent: session.recordingStatus ? `recording: ${session.recordingStatus}` : "not recorded" })),
    `${views(stream.playbackId)}`,
    make("span", { className: "buttons" },
      stream.isActive ? button("End", () => act("go-idle", { id: stream.id })) : button("Go live", () => act("go-live", { id: stream.id })),
      viewer(stream.playbackId),
      button("Delete", () => api("DELETE", `/stream/${stream.id}`))))));
}

function play(asset) {
  $("player").hidden = false;
  $("player-title").textContent = asset.name;
  $("video").src = `/hls/${asset.playbackId}/1080p0.mp4`;
  return $("video").play();
}

function assets() {
  const uploads = new Map(state.uploads.map(upload => [upload.assetId, upload]));
  fill("assets", state.assets.filter(asset => !asset.deleted).map(asset => {
    const upload = uploads.get(asset.id), phase = asset.status?.phase ?? "";
    return row(asset.id,
      asset.name,
      make("span", { className: { ready: "good", failed: "bad" }[phase] ?? "", textContent: phase + (asset.status?.progress ? ` ${Math.round(asset.status.progress * 100)} %` : "") }),
      upload ? `${upload.received}${upload.length ? ` of ${upload.length}` : ""} bytes` : "",
      asset.source?.type ?? "",
      `${views(asset.playbackId)}`,
      make("span", { className: "buttons" },
        phase === "ready" ? button("Play", () => play(asset)) : null,
        phase === "ready" ? viewer(asset.playbackId) : null,
        phase === "uploading" ? button("The file arrives", () => act("receive-upload", { id: asset.id })) : null,
        phase === "failed" ? button("Retry", () => api("POST", `/asset/${asset.id}/retry`)) : null,
        button("Delete", () => api("DELETE", `/asset/${asset.id}`))));
  }).reverse());
}

function details(key, summary, className, ...content) {
  const open = document.querySelector(`details[data-key="${key}"]`)?.open ?? false;
  const element = make("details", { open }, make("summary", { textContent: summary, className }), ...content);
  element.dataset.key = key;
  return element;
}

function show() {
  $("account").replaceChildren(...state.accounts.map(name => make("option", { value: name, textContent: name, selected: name === state.account })));
  $("now").textContent = new Date(state.now).toISOString().replace("T", " ").slice(0, 19);
  $("clock").textContent = state.clock;
  streams();
  assets();
  fill("tasks", state.tasks.map(task => row(task.id, task.type, task.status.phase,
    task.status.progress === undefined ? "" : `${Math.round(task.status.progress * 100)} %`, `${task.status.retries || ""}`, task.status.errorMessage ?? "")).reverse());
  fill("webhooks", state.webhooks.map(hook => row(hook.id, hook.name, hook.url, (hook.events ?? []).join(", "))));
  fill("deliveries", [
    ...state.pending.map(delivery => make("p", { textContent: `${delivery.event}: attempt ${delivery.attempts + 1} at ${new Date(delivery.due).toISOString()}` })),
    ...state.logs.map(log => details(`log-${log.id}`, `${log.event} → ${log.request?.url} ${log.response?.status || "no response"}`, log.success ? "good" : "bad",
      pre(JSON.parse(log.request?.body || "null")), pre(log.request?.headers ?? {}))),
  ]);
  fill("requests", state.requests.map(entry => details(`request-${entry.number}`,
    `${entry.status ?? "—"} ${entry.method} ${entry.path} ${entry.note}`, entry.status >= 400 || !(entry.status > 0) ? "bad" : "",
    make("h4", { textContent: "Request" }), pre(entry.headers), entry.request === null ? null : pre(entry.request),
    make("h4", { textContent: "Response" }), pre(entry.responseHeaders ?? {}), entry.response === null ? null : pre(entry.response))));
  const rules = state.faults.fault ?? [];
  const change = rules => send("PUT", own("faults"), { fault: rules });
  fill("faults", rules.map((rule, at) => {
    const what = rule.cut ? "cut" : rule.stall ? "stall" : rule.status ? `status ${rule.status}` : `delay ${rule.delay} ms`;
    const box = make("input", { type: "checkbox", checked: !rule.off, onchange: tried(() => change(rules.map((own, n) => n === at ? { ...own, off: !own.off } : own))) });
    const line = make("li", {}, make("label", {}, box, ` ${rule.server}: ${rule.method ?? "any method"} ${rule.path ?? "any path"}: ${what}${rule.times === undefined ? "" : `, ${rule.times} more times`} `),
      button("Remove", () => change(rules.filter((_, n) => n !== at))));
    line.dataset.key = at;
    return line;
  }));
}

async function load() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    state = await send("GET", own("state"));
    show();
  } finally {
    loading = false;
    if (again) { again = false; load(); }
  }
}

const forms = {
  "new-stream": data => api("POST", "/stream", { name: data.get("name"), record: data.has("record") }),
  "new-asset": async data => {
    const file = data.get("file");
    const { url } = await api("POST", "/asset/request-upload", { name: file.name });
    const sent = await fetch(new URL(url).pathname + new URL(url).search, { method: "PUT", headers: { "content-type": "video/mp4" }, body: file });
    if (!sent.ok) throw new Error(`the upload: ${sent.status}`);
  },
  "new-fault": data => {
    const number = name => data.get(name) === "" ? undefined : Number(data.get(name));
    const what = data.get("what");
    const rule = { server: data.get("server"), method: data.get("method") || undefined, path: data.get("path") || undefined, times: number("times") };
    rule[what] = what === "cut" || what === "stall" ? true : number("value");
    return send("PUT", own("faults"), { fault: [...(state.faults.fault ?? []), rule] });
  },
};
for (const [id, action] of Object.entries(forms)) {
  $(id).addEventListener("submit", event => { event.preventDefault(); tried(action)(new FormData(event.target)); });
}
for (const element of document.querySelectorAll("[data-action]")) {
  element.onclick = tried(() => act(element.dataset.action, { seconds: Number(element.dataset.seconds) || undefined }));
}
$("reset").onclick = tried(() => act("reset"));
$("account").onchange = event => { account = event.target.value; load(); };

const events = new EventSource("/_emulator/events");
events.onopen = () => { $("connection").textContent = "live"; };
events.onerror = () => { $("connection").textContent = "not connected"; };
events.onmessage = load;
