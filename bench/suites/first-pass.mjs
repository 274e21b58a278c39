import { ContenderError, Running } from "../contender.mjs";
import { inputFile, KINDS } from "../inputs/build.mjs";
import { bytesOf } from "../inputs/sizes.mjs";
import { rotated } from "../measure.mjs";

/**
 * Text that the process has never seen, after other text of the same kinds has had the code compiled. A pass can be the
 * first only once, so each sample takes a new process.
 */
export async function firstPass(context) {
  const contenders = context.crew.whoCan("encode");
  const rows = KINDS.map((input) => ({
    input,
    outcomes: Object.fromEntries(contenders.map(({ name }) => [name, { samples: [] }])),
  }));
  for (let round = 0; round < context.fewRounds; round++) {
    for (const contender of rotated(contenders, round)) {
      context.log(`first pass: ${contender.name}, round ${round + 1}`);
      await sample(contender, rotated(rows, round), context);
    }
  }
  return { name: "first-pass", title: "Encode, first pass over text never seen", unit: "MB/s", better: "higher", rows };
}

async function sample(contender, rows, { limit, warmUp }) {
  const encode = (input, more) => ({ ask: "time", of: "encode", file: inputFile(input), limit, ...more });
  const running = await Running.start(contender);
  try {
    for (const kind of KINDS) await running.ask(encode(`${kind} warm-up`, { atLeast: warmUp }), 120_000);
    for (const { input, outcomes } of rows) {
      const milliseconds = await running.ask(encode(input), 120_000);
      outcomes[contender.name].samples.push(bytesOf(input, limit) / 1_000 / milliseconds);
    }
  } catch (error) {
    if (!(error instanceof ContenderError)) throw error;
    for (const { outcomes } of rows) outcomes[contender.name] = { failed: error.message };
  } finally {
    running.stop();
  }
}
