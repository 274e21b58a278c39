import { unpackTokens } from "../carried-tokens.js";
import type { AssistantCall, AssistantPart, History } from "../history.js";

/** A message whose phase the client does not say. */
interface MessageWithoutPhase {
  readonly type: "message";
  readonly text: string;
}

/** Gathers the items that the model wrote in one completion: an input has them one after the other. */
export class AssistantTurn {
  readonly #history: History;
  #parts: (AssistantPart | MessageWithoutPhase)[] = [];
  #carried: string | undefined;

  constructor(history: History) {
    this.#history = history;
  }

  message(text: string, phase: "commentary" | "final_answer" | undefined): void {
    if (phase === undefined) this.#parts.push({ type: "message", text });
    else this.#parts.push({ type: phase === "commentary" ? "preamble" : "answer", text });
  }

  call(call: Omit<AssistantCall, "type">): void {
    this.#parts.push({ type: "call", ...call });
  }

  /**
   * A thought, with what the item has as `encrypted_content`. The tokens of a completion stand in an item without text
   * behind everything else that the completion has said. Whatever else is encrypted is not ours, and cannot be read.
   */
  reasoning(text: string, encrypted: string | undefined): void {
    const tokens = unpackTokens(encrypted) === undefined ? undefined : encrypted;
    if (tokens !== undefined && this.#carried !== undefined) this.end();
    if (text !== "") this.#parts.push({ type: "reasoning", text });
    if (tokens === undefined || this.#parts.length === 0) return;
    this.#carried = tokens;
    if (text === "") this.end();
  }

  /** Ends the completion. @throws ApiError as `History.assistant` does. */
  end(): void {
    const parts = this.#parts;
    const carried = this.#carried;
    this.#parts = [];
    this.#carried = undefined;
    const lastCall = parts.findLastIndex(({ type }) => type === "call");
    this.#history.assistant(
      parts.map((part, index) =>
        part.type === "message" ? { type: index < lastCall ? "preamble" : "answer", text: part.text } : part,
      ),
      carried,
    );
  }
}
