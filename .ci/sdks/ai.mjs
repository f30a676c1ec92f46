// Every method of the official TypeScript SDK `@livepeer/ai` against the emulated gateway, under its bases: ai.mjs URL...
import { Livepeer } from "@livepeer/ai";
import { Steps, methodsOf } from "./steps.mjs";

const KNOWN = {};
for (const base of process.argv.slice(2)) {
  KNOWN[`liveVideoToVideo ${base}`] = ["calls what only runners have", "404"];
  if (!base.includes("/generate")) continue;
  // Studio's own: it takes "true" for no text, hosts seven operations, and another llm.
  KNOWN[`audioToText ${base}`] = ["sends timestamps as Studio cannot read them", "HTTPValidationError"];
  KNOWN[`imageToText ${base}`] = ["calls what Studio does not host", "404"];
  KNOWN[`textToSpeech ${base}`] = ["calls what Studio does not host", "404"];
  KNOWN[`llm ${base}`] = ["sends JSON where Studio wants a form", ""];
}
const steps = new Steps(KNOWN);
const file = (name, type) => new File(["content"], name, { type });
const image = file("a.png", "image/png");
const REQUESTS = {
  textToImage: { prompt: "a cat", modelId: "m", width: 64, height: 32 },
  imageToImage: { prompt: "a cat", image, modelId: "m" },
  imageToVideo: { image, modelId: "m", width: 64, height: 32 },
  upscale: { prompt: "a cat", image, modelId: "m" },
  audioToText: { audio: file("a.wav", "audio/wav"), modelId: "m" },
  segmentAnything2: { image, modelId: "m" },
  imageToText: { image, modelId: "m" },
  textToSpeech: { text: "hello", modelId: "m" },
  llm: { messages: [{ role: "user", content: "hello" }], model: "m", maxTokens: 5, stream: false },
  liveVideoToVideo: { subscribeUrl: "a", publishUrl: "b", modelId: "m" },
};
let methods = [];
for (const serverURL of process.argv.slice(2)) {
  const { generate } = new Livepeer({ httpBearer: "any", serverURL });
  methods = methodsOf(generate);
  for (const [name, request] of Object.entries(REQUESTS)) await steps.run(`${name} ${serverURL}`, () => generate[name](request));
}
steps.end("TypeScript @livepeer/ai", methods);
