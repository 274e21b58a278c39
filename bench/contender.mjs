import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A contender did not answer in time, died, or refused. */
export class ContenderError extends Error {}

/**
 * One contender. It runs in a process of its own, so that neither its compiled code nor its garbage affects another.
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} version
 * @property {"JavaScript" | "WebAssembly" | "Python" | "Rust"} kind
 * @property {string[]} command The worker.
 * @property {Record<string, string>} [environment]
 * @property {string} [module] What a worker in JavaScript loads.
 * @property {readonly string[]} can Which questions it can answer.
 * @property {string} [root] The checkout that holds it, where it is a build of this package.
 * @property {{ command: string[], cwd: string, bare: string[] }} [coldStart] A process that loads it
 *   and encodes once, and one that does nothing.
 */

/** A running contender. Questions are asked one at a time. */
export class Running {
  /** @param {Contender} contender */
  constructor(contender) {
    this.contender = contender;
    const [program, ...options] = contender.command;
    this.child = spawn(program, options, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...contender.environment },
    });
    this.complaints = "";
    this.child.stderr.setEncoding("utf8").on("data", (text) => {
      this.complaints = (this.complaints + text).slice(-2_000);
    });
    this.child.stdin.on("error", () => {});
    this.child.on("error", () => {});
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Comes before any other question. */
  async load() {
    await this.ask({ ask: "load", module: this.contender.module }, 60_000);
  }

  /**
   * @param {object} question
   * @param {number} budget In milliseconds; the process is killed after that.
   */
  async ask(question, budget) {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    let timer;
    const tooLate = new Promise((resolve) => {
      timer = setTimeout(resolve, budget, "too late");
    });
    const line = await Promise.race([this.lines.next(), tooLate]);
    clearTimeout(timer);
    if (line === "too late") {
      this.stop();
      throw new ContenderError(`> ${budget / 1_000} s`);
    }
    if (line.done) throw new ContenderError(`died: ${this.complaints.trim().split("\n").at(-1)?.slice(0, 160)}`);
    const answer = JSON.parse(line.value);
    if (answer.error !== undefined) {
      // After a panic a contender may not be able to answer again.
      this.stop();
      throw new ContenderError(`threw: ${answer.error}`);
    }
    return answer.ok;
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null && !this.child.killed;
  }

  stop() {
    this.child.kill("SIGKILL");
  }
}

/** Contenders, each started at its first question, and again after a question that ended it. */
export class Crew {
  /** @type {Map<string, Running>} */
  #running = new Map();

  /** @param {readonly Contender[]} contenders */
  constructor(contenders) {
    this.contenders = contenders;
  }

  /** The contenders that can answer such a question. */
  whoCan(of) {
    return this.contenders.filter(({ can }) => can.includes(of));
  }

  /** @param {Contender} contender */
  async ask(contender, question, budget = 120_000) {
    let running = this.#running.get(contender.name);
    if (!running?.isRunning) {
      running = new Running(contender);
      this.#running.set(contender.name, running);
      await running.load();
    }
    return running.ask(question, budget);
  }

  /** Ends all processes. The next question starts new ones. */
  stop() {
    for (const running of this.#running.values()) running.stop();
    this.#running.clear();
  }
}
