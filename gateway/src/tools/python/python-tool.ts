import type { GatewayTool } from "../gateway-tool.js";

/** How a program is run. */
export interface PythonRunOptions {
  /** Ends with the reply, and with the time that the program has. */
  readonly signal: AbortSignal;
  /** How long the program may run, in milliseconds. */
  readonly timeout: number;
  /**
   * The conversation, by an id that nobody can guess: the model was told that what one program defines is there for the
   * next. A runner that keeps nothing leaves it alone.
   */
  readonly session: string;
}

/**
 * Runs what the model writes as Python. **It is a program that nobody has read**: a runner has to keep it from the machine,
 * the network and other conversations.
 */
export interface PythonRunner {
  /**
   * @returns What the program has written to its outputs, and the traceback if it has failed.
   * @throws Whatever keeps the program from running; the model is told the message.
   */
  run(code: string, options: PythonRunOptions): Promise<string>;
}

/** What the model is told of a program that has written nothing. The wording is the reference's: gpt-oss has met it. */
const NO_OUTPUT = "[WARN] No output available. Use print() to output anything to stdout to receive the output";

/** The model's `python`. Its call is the code itself; models also call `python.run`, and mean the same. */
export function pythonTool(
  runner: PythonRunner,
  { timeout, session }: Pick<PythonRunOptions, "timeout" | "session">,
): GatewayTool {
  return {
    recipientOf: (called) => (/^python(?:\.|$)/.test(called) ? "python" : undefined),
    failure: (why) => `[ERROR] ${why}`,
    run: async ({ text }, signal) => {
      const output = await runner.run(text, { signal, timeout, session });
      return output.trim() === "" ? NO_OUTPUT : output;
    },
  };
}
