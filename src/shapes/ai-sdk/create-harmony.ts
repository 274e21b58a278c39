import { type HarmonyEncoding, loadHarmonyEncoding } from "../../encoding.js";
import type { Engine } from "../../engines/engine.js";
import { checkOptions, checkString, isReadable, showValue } from "../../options.js";
import { checkHarmonyEncoding } from "../../turn/completion.js";
import { EngineLanguageModel } from "./engine-language-model.js";
import type { HarmonyLanguageModel, Specification } from "./language-model.js";
import { NoSuchModelError } from "./sdk-errors.js";
import { checkSettings, type HarmonySettings, mergeSettings, SETTINGS } from "./settings.js";

/** What a provider of models needs, and the settings of all its models. */
export interface HarmonyProviderOptions<Version extends Specification = "v3"> extends HarmonySettings {
  /** What runs the model, such as `llamaCpp({ baseURL: "http://127.0.0.1:8080" })`. */
  readonly engine: Engine;
  /** Default: what `loadHarmonyEncoding()` returns, loaded with the first call. */
  readonly encoding?: HarmonyEncoding | undefined;
  /**
   * The version of the AI SDK's specification that the models declare: `"v3"`, which `ai` 6 and 7 take, or `"v4"`, which
   * only `ai` 7 takes, and which tells completions that broke off from others. Default: `"v3"`.
   */
  readonly specification?: Version | undefined;
  /** Makes the ids of calls. Default: random ones. */
  readonly generateId?: (() => string) | undefined;
}

/** Makes language models for the AI SDK; `createProviderRegistry` takes it as well. */
export interface HarmonyProvider<Version extends Specification = "v3"> {
  /**
   * @param modelId What the AI SDK's results and telemetry call the model. Which model runs is the engine's affair.
   * @throws TypeError for an unknown setting, or a value of the wrong type; ApiError for an unknown reasoning effort.
   */
  (modelId: string, settings?: HarmonySettings): HarmonyLanguageModel<Version>;
  readonly specificationVersion: Version;
  /** The same as calling the provider. */
  languageModel(modelId: string, settings?: HarmonySettings): HarmonyLanguageModel<Version>;
  /** @throws NoSuchModelError, always. */
  embeddingModel(modelId: string): never;
  /** @throws NoSuchModelError, always. */
  imageModel(modelId: string): never;
}

const OPTIONS = [
  "engine",
  "encoding",
  "specification",
  "generateId",
  ...SETTINGS,
] as const satisfies (keyof HarmonyProviderOptions)[];

/**
 * Makes a provider for the AI SDK, of a gpt-oss model on any engine:
 *
 *     const harmony = createHarmony({ engine: llamaCpp({ baseURL: "http://127.0.0.1:8080" }) });
 *     const { text } = await generateText({ model: harmony("gpt-oss-20b"), prompt: "Why is the sky blue?" });
 *
 * @throws TypeError for an unknown option, or a value of the wrong type; ApiError for an unknown reasoning effort.
 */
export function createHarmony<Version extends Specification = "v3">(
  options: HarmonyProviderOptions<Version>,
): HarmonyProvider<Version> {
  checkOptions(options, OPTIONS, "createHarmony");
  const { engine, encoding, specification = "v3" as Version, generateId, ...rest } = options;
  if (!isReadable(engine) || typeof engine.generate !== "function") {
    throw new TypeError(`createHarmony: engine must be an engine such as llamaCpp({ … }), not ${showValue(engine)}`);
  }
  if (encoding !== undefined)
    checkHarmonyEncoding(encoding, "createHarmony({ engine, encoding: loadHarmonyEncoding() })");
  if (specification !== "v3" && specification !== "v4") {
    throw new TypeError(`createHarmony: specification must be "v3" or "v4", not ${showValue(specification)}`);
  }
  if (generateId !== undefined && typeof generateId !== "function") {
    throw new TypeError(`createHarmony: generateId must be a function, not ${showValue(generateId)}`);
  }
  const common = checkSettings(rest, "createHarmony");

  const languageModel = (modelId: string, settings: HarmonySettings = {}): HarmonyLanguageModel<Version> => {
    checkString(modelId, "modelId");
    return new EngineLanguageModel(modelId, {
      specificationVersion: specification,
      engine,
      encoding: () => encoding ?? loadHarmonyEncoding(),
      settings: mergeSettings(common, checkSettings(settings, "the settings of a model")),
      newCallId: generateId,
    });
  };
  return Object.assign((modelId: string, settings?: HarmonySettings) => languageModel(modelId, settings), {
    specificationVersion: specification,
    languageModel,
    embeddingModel: (modelId: string): never => {
      throw new NoSuchModelError(modelId, "embeddingModel");
    },
    imageModel: (modelId: string): never => {
      throw new NoSuchModelError(modelId, "imageModel");
    },
  });
}
