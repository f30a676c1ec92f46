// What the runtime starts. `worker-build` of Cloudflare generates a longer one, which also starts again after a panic.
import module from "./pkg/edge_worker_bg.wasm";
import { fetch, initSync } from "./pkg/edge_worker.js";

initSync({ module });
export default { fetch };
