import { spawnSync } from "node:child_process";
import { rotated } from "../measure.mjs";

/** A new process that loads and encodes one short text, less one of the same program that does nothing. */
export async function coldStart(context) {
  const contenders = context.crew.contenders.filter((contender) => contender.coldStart !== undefined);
  const outcomes = Object.fromEntries(contenders.map(({ name }) => [name, {}]));
  for (let round = -1; round < context.manyRounds; round++) {
    context.log(`cold start: round ${round + 1}`);
    for (const contender of rotated(contenders, round + 1)) {
      const { command, cwd, bare } = contender.coldStart;
      const milliseconds = time(command, cwd, contender.environment) - time(bare, cwd);
      // The first round is for the disk.
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

function time([program, ...options], cwd, environment) {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, options, { cwd, env: { ...process.env, ...environment } });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return performance.now() - start;
}
