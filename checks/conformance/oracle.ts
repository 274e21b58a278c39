import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Rows } from "../../tests/vectors/rows.js";

/** The reference in a process of its own, answering one row at a time. */
export class Oracle {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  /** @param python The Python that has the reference installed. */
  constructor(python: string, env: Readonly<Record<string, string>>) {
    const script = fileURLToPath(new URL("oracle.py", import.meta.url));
    this.#process = spawn(python, [script], { env: { ...process.env, ...env } });
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** The row with the reference's answer to its question. */
  async answer<Kind extends keyof Rows>(kind: Kind, row: Rows[Kind]): Promise<Rows[Kind]> {
    this.#process.stdin.write(`${JSON.stringify({ kind, row })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the reference's process ended");
    return JSON.parse(value) as Rows[Kind];
  }

  close(): void {
    this.#process.stdin.end();
  }
}
