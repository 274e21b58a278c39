// openai-harmony, the reference, in a Python of its own.
import { type ConversationLike, type MessageJSON, Role } from "../../src/index.js";
import { Oracle } from "../conformance/oracle.js";

export class OpenAIHarmony {
  readonly #oracle: Oracle;

  /** @param python The Python that has the reference installed. */
  constructor(python: string, env: Readonly<Record<string, string>>) {
    this.#oracle = new Oracle(python, env);
  }

  /** Its ids of a text, markers meant as text. */
  async encode(text: string): Promise<readonly number[]> {
    const { tokens, message } = await this.#oracle.answer("encode", { text });
    if (tokens === undefined) throw new Error(message);
    return tokens;
  }

  /** The prompt for a conversation, as text and as ids. */
  async render(conversation: ConversationLike): Promise<{ text: string; tokens: readonly number[] }> {
    const question = { conversation: JSON.stringify(conversation), op: "completion", next_role: "assistant" } as const;
    const { text, tokens, message } = await this.#oracle.answer("render", { ...question, auto_drop_analysis: true });
    if (text === undefined || tokens === undefined) throw new Error(message);
    return { text, tokens };
  }

  /** The messages of a completion, as its strict mode reads them. @throws Error what it says against it. */
  async parse(tokens: readonly number[]): Promise<readonly MessageJSON[]> {
    const question = { tokens: [...tokens], role: Role.ASSISTANT, strict: true };
    const { messages, message } = await this.#oracle.answer("parse", question);
    if (messages === undefined) throw new Error(message);
    return messages;
  }

  close(): void {
    this.#oracle.close();
  }
}
