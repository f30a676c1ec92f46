# For workerd, the open source runtime of Cloudflare Workers, with the variables below (`bindings`) in the environment:
#
#     ./build
#     livepeer emulate &
#     workerd serve worker.capnp
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    # All that the worker calls, by whatever host, goes to the emulator. A real one has:
    # (name = "livepeer", network = (allow = ["public"], tlsOptions = (trustBrowserCas = true))),
    (name = "livepeer", external = (address = "127.0.0.1:3004", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "pkg/edge_worker.js", esModule = embed "pkg/edge_worker.js"),
    (name = "pkg/inline0.js", esModule = embed "pkg/inline0.js"),
    (name = "pkg/edge_worker_bg.wasm", wasm = embed "pkg/edge_worker_bg.wasm"),
  ],
  bindings = [
    (name = "LIVEPEER_API_KEY", fromEnvironment = "LIVEPEER_API_KEY"),
    (name = "SIGNING_KEY", fromEnvironment = "SIGNING_KEY"),
    (name = "SIGNING_KEY_PUBLIC", fromEnvironment = "SIGNING_KEY_PUBLIC"),
    (name = "WEBHOOK_SECRET", fromEnvironment = "WEBHOOK_SECRET"),
  ],
  globalOutbound = "livepeer",
);
