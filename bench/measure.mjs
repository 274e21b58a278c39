import { ContenderError } from "./contender.mjs";
import { OURS } from "./contenders.mjs";

/** Its answers are the right ones. Where it does not take part, the others are compared with ours. */
const REFERENCE = "openai-harmony (Rust)";

/**
 * @typedef {object} Outcome What one contender made of one input.
 * @property {number[]} [samples] One for each round.
 * @property {string} [failed] Why there are none.
 * @property {string} [differs] How many of its answers are not the expected ones.
 *
 * @typedef {object} Row
 * @property {string} input
 * @property {Record<string, Outcome>} outcomes
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} title
 * @property {string} unit
 * @property {"higher" | "lower"} better
 * @property {string} [baseline] The contender that the others are compared with, if it is not this package.
 * @property {boolean} [alone] Its values are ratios already, so contenders are not compared.
 * @property {boolean} [unpaired] Compares medians, not rounds: what is left after a subtraction can be close to
 *   zero in a single round.
 * @property {Row[]} rows
 */

/**
 * Compares the answers of the contenders, then times them in rounds, one after the other in each round.
 * @param {object} task
 * @param {import("./contender.mjs").Crew} task.crew
 * @param {readonly import("./contender.mjs").Contender[]} task.contenders
 * @param {string} task.input The name of the row.
 * @param {(contender: import("./contender.mjs").Contender) => object} task.question `of`, `file` and
 *   whatever else the question needs.
 * @param {(milliseconds: number) => number} task.value
 * @param {number} task.rounds
 * @param {number} [task.atLeast] The least time that a round takes for each contender, in milliseconds.
 * @param {number} [task.warmUp] How long each contender runs before the first round, in milliseconds.
 * @param {"wall" | "cpu"} [task.clock]
 * @param {number} [task.budget] How long an answer may take, in milliseconds.
 * @param {number} [task.slow] A first answer that takes longer than this, in milliseconds, leaves only a few rounds.
 * @param {number} [task.slowRounds] How many.
 * @returns {Promise<Row>}
 */
export async function measureRow({ crew, contenders, input, question, value, rounds, clock, ...limits }) {
  const { atLeast = 100, warmUp = 500, budget = 120_000, slow = 2_000, slowRounds = 3 } = limits;
  /** @type {Record<string, Outcome>} */
  const outcomes = Object.fromEntries(contenders.map(({ name }) => [name, {}]));
  const attempt = async (contender, more) => {
    const outcome = outcomes[contender.name];
    if (outcome.failed !== undefined) return undefined;
    try {
      return await crew.ask(contender, { ...question(contender), ...more }, budget);
    } catch (error) {
      if (!(error instanceof ContenderError)) throw error;
      outcome.failed = error.message;
      return undefined;
    }
  };

  const answers = new Map();
  const slowOnes = new Set();
  for (const contender of contenders) {
    const start = performance.now();
    const answer = await attempt(contender, { ask: "digest" });
    if (performance.now() - start > slow) slowOnes.add(contender);
    if (answer !== undefined) answers.set(contender.name, answer);
  }
  noteDifferences(answers, outcomes);

  for (const contender of contenders) {
    if (!slowOnes.has(contender)) await attempt(contender, { ask: "time", atLeast: warmUp });
  }
  for (let round = 0; round < rounds; round++) {
    for (const contender of rotated(contenders, round)) {
      if (round >= slowRounds && slowOnes.has(contender)) continue;
      const milliseconds = await attempt(contender, { ask: "time", atLeast, clock });
      if (milliseconds === undefined) continue;
      outcomes[contender.name].samples ??= [];
      outcomes[contender.name].samples.push(value(milliseconds));
    }
  }
  for (const outcome of Object.values(outcomes)) if (outcome.failed !== undefined) delete outcome.samples;
  return { input, outcomes };
}

/** A different one begins each round. */
export function rotated(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

function noteDifferences(answers, outcomes) {
  const standard = answers.has(REFERENCE) ? REFERENCE : OURS;
  const expected = answers.get(standard);
  if (expected === undefined) return;
  for (const [name, answer] of answers) {
    const wrong = answer.filter((one, index) => one !== expected[index]).length;
    if (wrong > 0) outcomes[name].differs = `${wrong} of ${expected.length}`;
  }
}
