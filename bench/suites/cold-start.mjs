import { spawnSync } from "node:child_process";
import { rotated } from "../measure.mjs";

/** The time of a new process that loads and encodes one short text, less that of a process that does nothing. */
export async function coldStart(context) {
  const contenders = context.crew.contenders.filter((contender) => contender.coldStart !== undefined);
  const outcomes = Object.fromEntries(contenders.map(({ name }) => [name, {}]));
  for (let round = -1; round < context.manyRounds; round++) {
    context.log(`cold start: round ${round + 1}`);
    for (const contender of rotated(contenders, round + 1)) {
      const { command, cwd, bare } = contender.coldStart;
      const measure = context.clock === "cpu" ? cpuTime : time;
      const milliseconds = measure(command, cwd, contender.environment) - measure(bare, cwd);
      // The first round only brings the files into memory.
      if (round < 0) continue;
      outcomes[contender.name].samples ??= [];
      outcomes[contender.name].samples.push(milliseconds);
    }
  }
  return {
    name: "cold-start",
    title: "Load and first encode, over a bare process",
    unit: "ms",
    better: "lower",
    unpaired: true,
    rows: [{ input: "hello world", outcomes }],
  };
}

function time(command, cwd, environment) {
  const start = performance.now();
  run(command, cwd, environment);
  return performance.now() - start;
}

/** Milliseconds that a process of Node.js has computed, on all its threads, by its own account. */
function cpuTime([node, ...options], cwd, environment) {
  const { user, system } = JSON.parse(run([node, "--import", REPORTER, ...options], cwd, environment));
  return (user + system) / 1_000;
}

const REPORTER = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => console.log(JSON.stringify(process.cpuUsage())))',
)}`;

function run([program, ...options], cwd, environment) {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(program, options, { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return stdout;
}
