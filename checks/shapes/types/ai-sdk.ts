// The AI SDK: our models and providers against the types of both versions of its specification.
import type * as v3 from "@ai-sdk/provider";
import type * as v4 from "@ai-sdk/provider-4";
import type { LanguageModel } from "ai";
import type {
  GenerateResult,
  HarmonyLanguageModel,
  HarmonyProvider,
  LanguageModelCallOptions,
  StreamPart,
} from "../../../src/ai-sdk.js";

declare const model3: HarmonyLanguageModel;
declare const model4: HarmonyLanguageModel<"v4">;
declare const provider3: HarmonyProvider;
declare const provider4: HarmonyProvider<"v4">;
export const models: [v3.LanguageModelV3, v4.LanguageModelV3, v4.LanguageModelV4] = [model3, model3, model4];
export const providers: [v3.ProviderV3, v4.ProviderV3, v4.ProviderV4] = [provider3, provider3, provider4];
export const usable: LanguageModel = model3;

// What the AI SDK asks is what we read. Said of the options themselves: methods would let the wrong ones through.
declare const options3: v3.LanguageModelV3CallOptions;
declare const options4: v4.LanguageModelV4CallOptions;
export const read: LanguageModelCallOptions[] = [options3, options4];

// What we write is what the AI SDK reads.
declare const part3: StreamPart<"v3">;
declare const part4: StreamPart<"v4">;
declare const result3: GenerateResult<"v3">;
declare const result4: GenerateResult<"v4">;
export const parts3: v3.LanguageModelV3StreamPart = part3;
export const parts4: v4.LanguageModelV4StreamPart = part4;
export const results3: v3.LanguageModelV3GenerateResult = result3;
export const results4: v4.LanguageModelV4GenerateResult = result4;

// @ts-expect-error Version 3 knows no completion that broke off.
export const interrupted: v3.LanguageModelV3StreamPart = part4;
// @ts-expect-error A model says which version it is.
export const wrong: v4.LanguageModelV4 = model3;
