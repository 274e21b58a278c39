import type { Message } from "../chat/message.js";
import { calledToolOf } from "../chat/tool-call.js";
import type { Diagnostic } from "../parse/diagnostic.js";
import type { HarmonyEvent } from "../parse/event.js";
import type { FinishReason } from "../parse/finish.js";
import type { RecoveryOptions } from "../parse/options.js";
import { StreamableParser } from "../parse/streamable-parser.js";
import { HarmonyTextParser } from "../parse/text-parser.js";
import { usageOf } from "../parse/usage.js";
import { Abortable } from "../stream/abortable.js";
import { parseStream } from "../stream/parse-stream.js";
import type { Engine, EngineFinish, EngineOutput, EngineRequest, EngineUsage } from "./engine.js";
import { EngineError } from "./engine-error.js";

/** How the completion of an engine is read. */
export interface EngineTurnOptions extends RecoveryOptions {
  /** Stops the model; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How many tokens a turn took. */
export interface EngineTurnUsage {
  /** All tokens of the prompt. */
  readonly promptTokens: number;
  /** Those of them that were in the engine's cache; 0 where the engine does not say. */
  readonly cachedTokens: number;
  /** The tokens that the model wrote; for an engine of text, those of the text. */
  readonly completionTokens: number;
  /** Those of them that are in messages on `analysis` that call no tool. */
  readonly analysisTokens: number;
}

/**
 * One completion of an engine, read in the resilient mode as it arrives: iterating over it gives the events. What it has
 * read so far can be looked at any time, also after an error: nothing that came before it is lost.
 *
 *     const turn = new EngineTurn(engine, { tokens: session.prompt(), encoding });
 *     for await (const event of turn) console.log(event);
 *     session.addCompletion(turn.tokens, { finishReason: turn.finish });
 */
export class EngineTurn implements AsyncIterable<HarmonyEvent> {
  readonly #engine: Engine;
  readonly #request: EngineRequest;
  readonly #recovery: RecoveryOptions;
  readonly #signal: AbortSignal | undefined;
  #parser: StreamableParser | HarmonyTextParser;
  #isBegun = false;
  #text = "";
  #isApproximate = false;
  #finish: FinishReason | undefined;
  #usage: EngineUsage | undefined;

  /** @throws TypeError, RangeError for what a parser does not take as options. */
  constructor(engine: Engine, request: EngineRequest, options: EngineTurnOptions = {}) {
    const { signal, ...recovery } = options;
    this.#engine = engine;
    this.#request = request;
    this.#signal = signal;
    this.#recovery = recovery;
    this.#parser = new StreamableParser(request.encoding, "assistant", { mode: "resilient", ...recovery });
  }

  /**
   * Begins the completion, once.
   * @throws EngineError, while it is iterated, for all that goes wrong with the engine; the reason of the signal.
   * @throws TypeError if it has begun already.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<HarmonyEvent, void, undefined> {
    if (this.#isBegun) throw new TypeError("a turn can be iterated over once; make a new EngineTurn");
    this.#isBegun = true;
    const { name, constraints } = this.#engine;
    if (this.#request.constraint !== undefined && constraints === undefined) {
      const why = "this engine takes no constraint; leave it out, or use one that does, such as llama.cpp or vLLM";
      throw new EngineError("unsupported", why, { engine: name });
    }
    this.#signal?.throwIfAborted();
    const outputs = this.#engine.generate(this.#request, this.#signal)[Symbol.asyncIterator]();
    const signal = this.#signal;
    const finishReason = (): FinishReason | undefined => this.#finish;
    // What kind of parser is needed shows with the first output.
    let first: IteratorResult<EngineOutput>;
    const abortable = new Abortable(signal);
    try {
      first = await abortable.wait(outputs.next());
    } catch (error) {
      // An engine that does not listen to its signal may never answer, and ends when it does.
      if (abortable.isAborted) void Promise.resolve(outputs.return?.()).catch(() => {});
      abortable.throwIfAborted();
      throw error;
    } finally {
      abortable.release();
    }
    if (first.done !== true && "text" in first.value) {
      const parser = new HarmonyTextParser("assistant", this.#recovery);
      this.#parser = parser;
      yield* parseStream(parser, this.#chunks(first, outputs, textOf), { signal, finishReason });
    } else {
      const parser = this.#parser as StreamableParser;
      yield* parseStream(parser, this.#chunks(first, outputs, tokensOf), { signal, finishReason });
    }
  }

  /** Why the completion ended, in the engine's own word; `undefined` as long as it has not. */
  get finish(): FinishReason | undefined {
    return this.#finish;
  }

  /** The messages that have ended. */
  get messages(): readonly Message[] {
    return this.#parser.messages;
  }

  /** Where the completion departs from the format. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#parser.diagnostics;
  }

  /** What the model wrote, as `HarmonySession.addCompletion` takes it; see {@link EngineTurn.isApproximate}. */
  get tokens(): readonly number[] {
    if (this.#parser instanceof StreamableParser) return this.#parser.tokens;
    return this.#request.encoding.encode(this.#text, { allowedSpecial: "all" });
  }

  /** Whether some of the tokens are not known from the engine, but made from its text. */
  get isApproximate(): boolean {
    return this.#isApproximate;
  }

  /** How many tokens it took so far. What the engine does not say is counted here. */
  get usage(): EngineTurnUsage {
    const { promptTokens = this.#request.tokens.length, cachedTokens = 0, completionTokens } = this.#usage ?? {};
    const parser = this.#parser;
    if (parser instanceof StreamableParser) {
      const { analysis, total } = usageOf(parser);
      return { promptTokens, cachedTokens, completionTokens: completionTokens ?? total, analysisTokens: analysis };
    }
    const { encoding } = this.#request;
    const thoughts = parser.messages.filter(
      (message) => message.channel === "analysis" && calledToolOf(message) === undefined,
    );
    return {
      promptTokens,
      cachedTokens,
      completionTokens: completionTokens ?? this.tokens.length,
      analysisTokens: thoughts.reduce((sum, message) => sum + encoding.render(message).length, 0),
    };
  }

  /** The chunks that a parser takes, of what the engine yields. */
  async *#chunks<Chunk>(
    first: IteratorResult<EngineOutput>,
    rest: AsyncIterator<EngineOutput>,
    chunkOf: (output: EngineOutput) => Chunk | undefined,
  ): AsyncGenerator<Chunk, void, undefined> {
    let hasEnded = false;
    try {
      for (let next = first; ; next = await rest.next()) {
        if (next.done === true) {
          hasEnded = true;
          break;
        }
        const output = next.value;
        if ("finish" in output) {
          this.#end(output);
          continue;
        }
        const chunk = chunkOf(output);
        if (chunk === undefined) throw new TypeError(`${this.#engine.name}: an engine yields tokens or text, not both`);
        if ("text" in output) {
          this.#text += output.text;
          this.#isApproximate = true;
        } else if (output.isApproximate === true) {
          this.#isApproximate = true;
        }
        yield chunk;
      }
    } catch (error) {
      hasEnded = true;
      throw error;
    } finally {
      if (!hasEnded) await rest.return?.();
    }
  }

  #end({ finish, usage }: EngineFinish): void {
    this.#finish = finish;
    this.#usage = usage;
  }
}

function tokensOf(output: EngineOutput): readonly number[] | undefined {
  return "tokens" in output ? output.tokens : undefined;
}

function textOf(output: EngineOutput): string | undefined {
  return "text" in output ? output.text : undefined;
}
