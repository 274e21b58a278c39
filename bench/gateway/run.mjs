// What the gateway costs under load: streams of an engine at 100 tokens a second each, asked directly, through the gateway,
// and through LiteLLM's proxy. It writes bench/results/gateway.json and gateway.md.
//
//   npm run bench:gateway -- --streams 200,1000 --tokens 300
//   npm run bench:gateway -- --without-litellm
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildGateway } from "../../gateway/run.mjs";
import { machine } from "../machine.mjs";
import { installLitellm, startLitellm } from "./litellm.mjs";
import { startProcess, usageOf } from "./process.mjs";
import { askForStreams } from "./streams.mjs";
import { tableOf } from "./table.mjs";

const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "50,200,1000" },
    tokens: { type: "string", default: "300" },
    pace: { type: "string", default: "100" },
    "without-litellm": { type: "boolean", default: false },
  },
});
const tokens = Number(values.tokens);
const pace = Number(values.pace);
const sizes = values.streams.split(",").map(Number);
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** How long streams may take beside what the engine itself needs, in milliseconds. */
const PATIENCE = 75_000;
/** In how many milliseconds the streams of a run are begun. */
const RAMP = 1000;
/** How long a program may take to let go of its sockets, in milliseconds. */
const LETTING_GO = 10_000;

buildGateway();
const litellm = values["without-litellm"] ? undefined : installLitellm();

const chat = (question) => ({ model: "gpt-oss", stream: true, messages: [{ role: "user", content: question }] });
const { encoding } = await import("./prompt.mjs");
const completion = (question) => ({
  prompt: encoding.encode(question),
  n_predict: -1,
  stream: true,
  return_tokens: true,
});

const SUBJECTS = [
  {
    name: "the engine alone",
    start: async (engine) => ({ ...engine, stop: async () => {} }),
    path: "/completion",
    bodyOf: completion,
  },
  {
    name: "harmony-gateway",
    start: ({ address }) => {
      const options = ["--upstream", address, "--port", "0", "--log-level", "warn", "--concurrent-requests", "5000"];
      return startProcess("node", [path("../../gateway/dist/main.js"), ...options], {
        says: /listening on (http:\S+)/,
      });
    },
    path: "/v1/chat/completions",
    bodyOf: chat,
  },
  ...(litellm === undefined
    ? []
    : [
        {
          name: `LiteLLM ${litellm}`,
          start: ({ address }) => startLitellm(address),
          path: "/v1/chat/completions",
          bodyOf: chat,
        },
      ]),
];

const results = [];
for (const { name, start, path: route, bodyOf } of SUBJECTS) {
  const engine = await startProcess("node", [path("engine.mjs"), String(pace)]);
  const subject = await start(engine);
  const load = {
    url: `${subject.address}${route}`,
    bodyOf,
    timeout: (tokens * 1000) / pace + RAMP + PATIENCE,
    ramp: RAMP,
  };
  // Compiled, and with connections made: what a service is like that runs.
  await measure(engine, subject, { ...load, streams: 20, tokens: 100 });
  for (const streams of sizes) {
    const measured = { subject: name, ...(await measure(engine, subject, { ...load, streams, tokens })) };
    results.push(measured);
    console.error(JSON.stringify(measured));
  }
  await subject.stop();
  await engine.stop();
}

const report = {
  date: new Date().toISOString(),
  machine: machine({ node: "node", native: false }),
  pace,
  tokens,
  results,
};
const folder = path("../results");
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/gateway.json`, `${JSON.stringify(report, undefined, 2)}\n`);
writeFileSync(`${folder}/gateway.md`, tableOf(report));
console.log(tableOf(report));
process.exit();

async function measure(engine, subject, load) {
  const before = usageOf(subject.pid);
  const began = performance.now();
  let peak = before.memory;
  const watch = setInterval(() => {
    peak = Math.max(peak, usageOf(subject.pid).memory);
  }, 250);
  const streams = await askForStreams(load);
  clearInterval(watch);
  const seconds = (performance.now() - began) / 1000;
  const after = usageOf(subject.pid);
  const times = await (await fetch(`${engine.address}/times`)).json();
  const delays = streams
    .flatMap(({ name, arrivals }) => arrivals.map((arrived, index) => arrived - times[name][index]))
    .sort((a, b) => a - b);
  const at = (share) => round(delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? Number.NaN);
  const failures = streams.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  return {
    streams: load.streams,
    seconds: round(seconds),
    tokensPerSecond: Math.round(delays.length / seconds),
    delay: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    lost: load.streams * load.tokens - delays.length,
    failed: failures.length,
    ...(failures.length === 0 ? {} : { firstFailure: failures[0] }),
    processorPerToken: round(((after.processor - before.processor) * 1000) / Math.max(1, delays.length)),
    memoryPerStream: Math.round((peak - before.memory) / load.streams),
    memoryPeak: peak,
    socketsLeft: await socketsLeft(subject.pid, before.sockets),
  };
}

/** How many sockets a program has more than before, after it had some time to close them. */
async function socketsLeft(pid, before) {
  const deadline = performance.now() + LETTING_GO;
  for (;;) {
    const left = usageOf(pid).sockets - before;
    if (left <= 0 || performance.now() > deadline) return Math.max(0, left);
    await pause(100);
  }
}

function round(value) {
  return Math.round(value * 100) / 100;
}
