import { checkOptions, checkString } from "../options.js";

/**
 * Why an engine ended a completion, in its own word: the `finish_reason` of OpenAI's API, vLLM and others, the type of
 * SGLang's `finish_reason`, the `stop_type` of llama.cpp, the `done_reason` of Ollama.
 */
export type FinishReason =
  | "stop"
  | "tool_calls"
  | "function_call"
  | "eos"
  | "length"
  | "limit"
  | "content_filter"
  | "abort"
  | (string & {});

/** What is known about the end of a completion. */
export interface FinishOptions {
  /**
   * Why the engine stopped; `null`, as servers send it, is the same as leaving it out.
   *
   * `"stop"`, `"tool_calls"`, `"function_call"` and `"eos"` say that the model ended its turn. Many engines swallow the
   * stop token then; a message that still lacks it is taken to have ended with it: with call if it is a call, otherwise
   * with return. Any other word, also one that is not listed here, means that the message may be cut short, as does
   * giving no reason.
   */
  readonly reason?: FinishReason | null | undefined;
}

/** The reasons that say that the model has ended its turn by itself. */
const STOPPED: ReadonlySet<string> = new Set(["stop", "tool_calls", "function_call", "eos"]);

/** How a completion ended, as far as the engine says: the model stopped, or was cut off, or nobody knows. */
export type Finish = "stopped" | "cut" | "unknown";

/**
 * Reads the options of a parser's end of input.
 * @throws TypeError for an unknown option, or a reason that is not a string.
 */
export function finishOf(options: FinishOptions | undefined): Finish {
  checkOptions(options, ["reason"] satisfies (keyof FinishOptions)[], "finish");
  const reason = options?.reason;
  if (reason === undefined || reason === null) return "unknown";
  checkString(reason, "reason");
  return STOPPED.has(reason) ? "stopped" : "cut";
}
