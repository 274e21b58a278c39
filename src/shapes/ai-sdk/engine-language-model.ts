import type { HarmonyEncoding } from "../../encoding.js";
import type { Engine, EngineOutput } from "../../engines/engine.js";
import { HarmonyReply } from "../harmony-reply.js";
import { newId } from "../reply.js";
import type { LanguageModelCallOptions } from "./call-options.js";
import { gather } from "./gather.js";
import type {
  EngineCall,
  GenerateResult,
  HarmonyLanguageModel,
  ResponseMetadata,
  Specification,
  StreamPart,
  StreamResult,
  Warning,
} from "./language-model.js";
import { readCall } from "./read-call.js";
import type { HarmonySettings } from "./settings.js";
import { StreamPartWriter } from "./stream-part-writer.js";

/** What a model is made of. */
interface ModelSetting<Version extends Specification> {
  readonly specificationVersion: Version;
  readonly engine: Engine;
  readonly encoding: () => HarmonyEncoding;
  readonly settings: HarmonySettings;
  readonly newCallId: (() => string) | undefined;
}

/** A call that has begun. */
interface Run {
  /** What the engine is asked. */
  readonly body: EngineCall;
  /** Beginning with `stream-start`; fails instead if nothing arrives. */
  readonly parts: AsyncGenerator<StreamPart, void, undefined>;
  /** Stops the engine. */
  readonly stop: (reason: unknown) => void;
}

/** A model on an engine, as the AI SDK takes it. */
export class EngineLanguageModel<Version extends Specification> implements HarmonyLanguageModel<Version> {
  readonly specificationVersion: Version;
  readonly provider = "harmony";
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]> = {};
  readonly #setting: ModelSetting<Version>;

  constructor(modelId: string, setting: ModelSetting<Version>) {
    this.modelId = modelId;
    this.specificationVersion = setting.specificationVersion;
    this.#setting = setting;
  }

  async doGenerate(options: LanguageModelCallOptions): Promise<GenerateResult<Version>> {
    const { body, parts } = this.#run({ ...options, includeRawChunks: false });
    return { ...(await gather(parts)), request: { body } } as GenerateResult<Version>;
  }

  async doStream(options: LanguageModelCallOptions): Promise<StreamResult<Version>> {
    const { body, parts, stop } = this.#run(options);
    // What fails before anything has arrived fails the call.
    let next: IteratorResult<StreamPart, void> | undefined = await parts.next();
    const stream = new ReadableStream<StreamPart>(
      {
        async pull(controller) {
          const { done, value } = next ?? (await parts.next());
          next = undefined;
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        async cancel(reason) {
          stop(reason);
          await parts.return();
        },
      },
      // Nothing is asked of the engine before somebody reads.
      { highWaterMark: 0 },
    );
    return { stream, request: { body } } as StreamResult<Version>;
  }

  #run(options: LanguageModelCallOptions): Run {
    const { engine, encoding: load, settings: own, newCallId } = this.#setting;
    const encoding = load();
    const { request, settings, warnings } = readCall(options, own, encoding);
    const stopped = new AbortController();
    const { keepAnalysis } = settings;
    const outputs: EngineOutput[] = [];
    const reply = new HarmonyReply(request, {
      engine: options.includeRawChunks === true ? overheard(engine, outputs) : engine,
      encoding,
      signal: stopped.signal,
      keepAnalysis,
      unsupported: "drop",
      newCallId,
    });
    const { maxTokens, sampling } = request;
    return {
      body: { tokens: reply.session.prompt(), ...(maxTokens === undefined ? {} : { maxTokens }), sampling },
      parts: partsOf(reply, {
        writer: new StreamPartWriter(request.responseFormat !== undefined, this.specificationVersion),
        warnings: [...warnings, ...reply.warnings.map(warningOf)],
        metadata: { id: newId("harmony_"), timestamp: new Date(), modelId: this.modelId },
        outputs,
        signal: options.abortSignal,
        stopped,
      }),
      stop: (reason) => stopped.abort(reason),
    };
  }
}

/** What writing the parts of a reply needs. */
interface PartsSetting {
  readonly writer: StreamPartWriter;
  readonly warnings: readonly Warning[];
  readonly metadata: ResponseMetadata;
  /** What the engine has yielded, if anybody wants to know. */
  readonly outputs: EngineOutput[];
  readonly signal: AbortSignal | undefined;
  readonly stopped: AbortController;
}

async function* partsOf(
  reply: HarmonyReply,
  { writer, warnings, metadata, outputs, signal, stopped }: PartsSetting,
): AsyncGenerator<StreamPart, void, undefined> {
  const stop = (): void => stopped.abort(signal?.reason);
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  const withRaw = (parts: StreamPart[]): StreamPart[] =>
    outputs.length === 0
      ? parts
      : [...outputs.splice(0).map((rawValue) => ({ type: "raw", rawValue }) as const), ...parts];
  let begin = writer.begin(warnings, metadata);
  // Not `yield*`, which waits several times for each part.
  try {
    for await (const event of reply) {
      for (const part of begin) yield part;
      begin = [];
      for (const part of withRaw(writer.write(event))) yield part;
    }
    const { finish, usage, carriedTokens } = reply;
    const end = writer.end({ finish, rawFinish: reply.turn.finish, usage, carriedTokens });
    for (const part of [...begin, ...withRaw(end)]) yield part;
  } catch (error) {
    if (begin.length > 0 || stopped.signal.aborted) throw error;
    for (const part of withRaw(writer.fail(error, reply.usage))) yield part;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** An engine that notes what it yields. */
function overheard(engine: Engine, outputs: EngineOutput[]): Engine {
  const { name, constraints } = engine;
  return {
    name,
    constraints,
    async *generate(request, signal) {
      for await (const output of engine.generate(request, signal)) {
        outputs.push(output);
        yield output;
      }
    },
  };
}

/** What could not be asked of the engine, by the AI SDK's names. */
function warningOf({ param, message }: { readonly param: string; readonly message: string }): Warning {
  return { type: "unsupported", feature: FEATURES.get(param) ?? param, details: message };
}

const FEATURES: ReadonlyMap<string, string> = new Map([
  ["tool_choice", "toolChoice"],
  ["responseFormat.schema", "responseFormat"],
  ["tools", "strict mode of tools"],
]);
