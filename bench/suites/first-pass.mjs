import { ContenderError, Running } from "../contender.mjs";
import { inputFile, KINDS } from "../inputs/build.mjs";
import { bytesOf } from "../inputs/sizes.mjs";
import { rotated } from "../measure.mjs";

/** A contender whose round takes longer than this, in milliseconds, gets fewer of them. */
const SLOW = 10_000;
const SLOW_ROUNDS = 2;

/**
 * Encodes text that the process has never seen, after other text of the same kinds has had the code compiled. A pass can
 * be the first only once, so each sample takes a new process.
 */
export async function firstPass(context) {
  const contenders = context.crew.whoCan("encode");
  const rows = KINDS.map((input) => ({
    input,
    outcomes: Object.fromEntries(contenders.map(({ name }) => [name, { samples: [] }])),
  }));
  /** How many rounds each contender takes part in. */
  const roundsOf = new Map(contenders.map((contender) => [contender, context.fewRounds]));
  for (let round = 0; round < context.fewRounds; round++) {
    for (const contender of rotated(contenders, round)) {
      if (round >= roundsOf.get(contender)) continue;
      context.log(`first pass: ${contender.name}, round ${round + 1}`);
      const start = performance.now();
      const isDone = await sample(contender, rotated(rows, round), context);
      if (performance.now() - start > SLOW) roundsOf.set(contender, SLOW_ROUNDS);
      if (!isDone) roundsOf.set(contender, 0);
    }
  }
  return { name: "first-pass", title: "Encode, first pass over text never seen", unit: "MB/s", better: "higher", rows };
}

/** @returns {Promise<boolean>} whether every question was answered */
async function sample(contender, rows, { limit, warmUp, clock }) {
  const encode = (input, more) => ({ ask: "time", of: "encode", file: inputFile(input), limit, ...more });
  const running = new Running(contender);
  try {
    await running.load();
    for (const kind of KINDS) await running.ask(encode(`${kind} warm-up`, { atLeast: warmUp }), 120_000);
    for (const { input, outcomes } of rows) {
      const milliseconds = await running.ask(encode(input, { clock }), 120_000);
      outcomes[contender.name].samples.push(bytesOf(input, limit) / 1_000 / milliseconds);
    }
    return true;
  } catch (error) {
    if (!(error instanceof ContenderError)) throw error;
    for (const { outcomes } of rows) outcomes[contender.name] = { failed: error.message };
    return false;
  } finally {
    running.stop();
  }
}
