import type { CitationResolver, ToolNames } from "harmony-format/responses";
import type { GatewayTool, GatewayToolCall } from "./gateway-tool.js";
import type { ToolMemory } from "./tool-memory.js";

/** Where a call goes. */
export type Addressee =
  /** A tool of the gateway. */
  | { readonly type: "gateway"; readonly tool: GatewayTool; readonly recipient: string }
  /** A tool that the client declared, and runs. */
  | { readonly type: "client" }
  /** Nobody: there is no such tool. */
  | { readonly type: "nobody" };

/** The tools that the gateway runs in one reply, and what they remember of it. */
export class Toolbox {
  readonly #tools: readonly GatewayTool[];
  readonly #timeout: number;
  /** The pages that the model can cite, by their cursors. */
  readonly citation: CitationResolver | undefined;
  /** What the next request of the conversation has to know; `undefined` where there is nothing. */
  readonly remembered: () => ToolMemory | undefined;

  /** @param timeout How long a call may take, in milliseconds. */
  constructor(
    tools: readonly GatewayTool[],
    timeout: number,
    memory: {
      readonly citation?: CitationResolver | undefined;
      readonly remembered?: () => ToolMemory | undefined;
    } = {},
  ) {
    this.#tools = tools;
    this.#timeout = timeout;
    this.citation = memory.citation;
    this.remembered = memory.remembered ?? (() => undefined);
  }

  /**
   * Who answers a call.
   * @param called The recipient as the request's names have it.
   */
  addresseeOf(called: string, names: ToolNames): Addressee {
    const isDeclared = names.recipients.includes(called);
    // Models put functions. before the names of the tools that they were trained with; a client's function of that name is
    // meant, if there is one.
    const candidates = isDeclared ? [called] : [called, called.replace(/^functions\./, "")];
    for (const candidate of candidates) {
      for (const tool of this.#tools) {
        const recipient = tool.recipientOf(candidate);
        if (recipient !== undefined) return { type: "gateway", tool, recipient };
      }
    }
    return { type: isDeclared ? "client" : "nobody" };
  }

  /**
   * Runs a call of a tool of the gateway. A tool that fails or takes too long says so to the model: it never fails the reply.
   * @throws The reason of the signal, as soon as it is aborted, whether the tool listens to it or not.
   */
  async run(tool: GatewayTool, call: GatewayToolCall, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const timeout = AbortSignal.timeout(this.#timeout);
    const both = AbortSignal.any([signal, timeout]);
    try {
      return await untilAborted(tool.run(call, both), both);
    } catch (error) {
      signal.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      const why = timeout.aborted ? `${call.recipient} gave no answer within ${this.#timeout / 1000} seconds` : message;
      return tool.failure?.(why) ?? why;
    }
  }
}

/** What a promise becomes, or the reason of the signal, whichever is there first. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}
