import { ContenderError } from "../contender.mjs";
import { HOSTILE_BYTES, HOSTILE_NAMES, hostileName, inputFile } from "../inputs/build.mjs";
import { measureRow } from "../measure.mjs";
import { median } from "../statistics.mjs";

/** A contender that takes longer than this for 1 MB, in milliseconds, is not asked for 2 MB. */
const SLOW = 1_000;

/** 1 MB in one string, and how much longer a text of twice the length takes. */
export async function hostile(context) {
  const rows = [];
  const doubled = [];
  for (const name of HOSTILE_NAMES.slice(0, context.limit)) {
    const single = await row(context, name, context.crew.whoCan("encode"));
    const isFast = (contender) => median(single.outcomes[contender.name].samples ?? [Infinity]) < SLOW;
    rows.push(single);
    if (!context.doubles) continue;
    doubled.push(await doubling(context, name, context.crew.whoCan("encode").filter(isFast)));
  }
  const better = "lower";
  const suite = { name: "hostile", title: "Encode 1 MB of hostile text", unit: "ms", better, rows };
  if (!context.doubles) return suite;
  return [
    suite,
    {
      name: "doubling",
      title: "Time for 2 MB of it over time for 1 MB",
      unit: "times",
      better,
      alone: true,
      rows: doubled,
    },
  ];
}

const question = (name, bytes) => ({ of: "encode", file: inputFile(hostileName(name, bytes)) });

function row(context, name, contenders) {
  context.log(`hostile: ${name}`);
  return measureRow({
    ...context,
    input: name,
    contenders,
    question: () => question(name, HOSTILE_BYTES[0]),
    value: (milliseconds) => milliseconds,
    rounds: context.hostileRounds,
    atLeast: context.hostileAtLeast,
    warmUp: 0,
    budget: context.hostileBudget,
    slow: SLOW,
    slowRounds: 1,
  });
}

/**
 * 1 MB and 2 MB, one right after the other, so that a machine that slows down slows both. Each is encoded once before,
 * to compile and to read the files.
 */
async function doubling({ crew, rounds, hostileBudget, log }, name, contenders) {
  log(`hostile: ${name}, doubled`);
  const outcomes = {};
  for (const contender of contenders) {
    const time = (bytes) => crew.ask(contender, { ask: "time", ...question(name, bytes) }, hostileBudget);
    const pair = async () => {
      const [once, twice] = HOSTILE_BYTES;
      const single = await time(once);
      return (await time(twice)) / single;
    };
    try {
      await pair();
      const samples = [];
      for (let round = 0; round < rounds; round++) samples.push(await pair());
      outcomes[contender.name] = { samples };
    } catch (error) {
      if (!(error instanceof ContenderError)) throw error;
      outcomes[contender.name] = { failed: error.message };
    }
  }
  return { input: name, outcomes };
}
