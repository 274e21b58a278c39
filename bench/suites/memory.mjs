import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inputFile } from "../inputs/build.mjs";
import { rotated } from "../measure.mjs";
import { CACHE } from "../paths.mjs";

const WORKER = join(import.meta.dirname, "../workers/memory.mjs");
/** Reads the texts and encodes nothing: the part that no tokenizer is responsible for. */
const READER = { name: "only reading the texts" };

/** How much more memory a process holds after it has encoded 10 MB than one that has done nothing. */
export async function memory(context) {
  const contenders = [...context.crew.contenders.filter(({ module }) => module !== undefined), READER];
  const file = writeStrings("ten megabytes", context.limit);
  const outcomes = () => Object.fromEntries(contenders.map(({ name }) => [name, { samples: [] }]));
  const resident = { input: "resident at the end", outcomes: outcomes() };
  const peak = { input: "peak", outcomes: outcomes() };
  const run = (options) => JSON.parse(execFileSync(context.node, options, { encoding: "utf8" }));
  for (let round = 0; round < context.fewRounds; round++) {
    context.log(`memory: round ${round + 1}`);
    const bare = run([WORKER]);
    for (const { name, module } of rotated(contenders, round)) {
      const held = run([WORKER, file, ...(module === undefined ? [] : [module])]);
      resident.outcomes[name].samples.push((held.resident - bare.resident) / 1e6);
      peak.outcomes[name].samples.push((held.peak - bare.peak) / 1e6);
    }
  }
  return {
    name: "memory",
    title: "Memory after 10 MB encoded, over a bare process",
    unit: "MB",
    better: "lower",
    unpaired: true,
    rows: [resident, peak],
  };
}

/** Writes strings so that the worker can read them one at a time. */
function writeStrings(input, limit) {
  const strings = JSON.parse(readFileSync(inputFile(input), "utf8")).slice(0, limit);
  const file = join(CACHE, "strings.bin");
  const parts = strings.flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(Buffer.byteLength(text));
    return [length, Buffer.from(text)];
  });
  writeFileSync(file, Buffer.concat(parts));
  return file;
}
