import type { Problem } from "./worker/answers.js";

/** What `JSON.parse` says of a text, with the place. Where it names none, the text ends too early. */
export function jsonProblem({ message }: Error, text: string): Problem {
  const at = /at position (\d+)/.exec(message)?.[1];
  return { severity: "error", message, offset: at === undefined ? text.length : Number(at) };
}
