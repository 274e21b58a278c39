import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../paths.mjs";
import { environment } from "./peers.mjs";

const OUTPUT = join(CACHE, "measured-output");

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {string[]} options
 * @param {{ reads?: boolean, samples?: boolean }} [wanted] Whether its output is read: it counts then, and is hashed; and
 *   whether its memory is looked at.
 * @returns {Promise<{ seconds: number, digest: string, tokens: number, sizes: number[] }>} The time from its start to its end;
 *   the SHA-256 of its output, and how many tokens are in it; its memory every quarter of a second, in bytes.
 */
export function measured(program, options, { reads = false, samples = false } = {}) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    // Into a file: nobody waits for a reader, and nobody takes time from the one that is measured.
    const output = reads ? openSync(OUTPUT, "w") : "ignore";
    const child = spawn(program, options, { env: environment, stdio: ["ignore", output, "inherit"] });
    if (reads) closeSync(output);
    const sizes = [];
    const timer = samples ? setInterval(() => sizes.push(residentBytes(child.pid)), 250) : undefined;
    let seconds = 0;
    child.once("error", reject);
    child.once("exit", () => {
      seconds = (performance.now() - begun) / 1000;
    });
    child.once("close", (code) => {
      clearInterval(timer);
      if (code !== 0) {
        reject(new Error(`${program} ${options.join(" ")} ended with code ${code}`));
        return;
      }
      const written = reads ? readFileSync(OUTPUT) : Buffer.alloc(0);
      rmSync(OUTPUT, { force: true });
      resolve({
        seconds,
        digest: createHash("sha256").update(written).digest("hex"),
        tokens: numbersIn(written) / 2,
        sizes,
      });
    });
  });
}

/** How many numbers lines have, of which each is an object with two lists: one more than commas in each, and one comma between. */
function numbersIn(bytes) {
  const [COMMA, LINE_FEED] = [0x2c, 0x0a];
  let numbers = 0;
  for (const byte of bytes) if (byte === COMMA || byte === LINE_FEED) numbers += 1;
  return numbers;
}

function residentBytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/**
 * Runs contenders in turn, so that a busy minute hits all of them: round by round until the rounds are done or the time is
 * over, but each once.
 * @template Contender, Result
 * @param {readonly Contender[]} contenders
 * @param {{ rounds: number, seconds?: number }} limits
 * @param {(contender: Contender) => Promise<Result>} run
 * @returns {Promise<Result[][]>} The results of each contender.
 */
export async function inTurn(contenders, { rounds, seconds = Number.POSITIVE_INFINITY }, run) {
  const results = contenders.map(() => []);
  const end = performance.now() + seconds * 1000;
  let longest = 0;
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    // Half a round would say nothing.
    if (round > 0 && begun + longest > end) break;
    for (const [index, contender] of contenders.entries()) results[index].push(await run(contender));
    longest = Math.max(longest, performance.now() - begun);
  }
  return results;
}
