import { ApiError } from "../api-error.js";

/**
 * A prompt holds what the model cannot read, such as an image. The AI SDK's `UnsupportedFunctionalityError.isInstance` is
 * true of it.
 */
export class UnsupportedInputError extends ApiError {
  /** What is not supported, as the AI SDK names it. */
  readonly functionality: string;

  /** @param param Where in the call: `prompt[0].content[1]`. */
  constructor(functionality: string, message: string, param: string) {
    super(message, { param, code: "unsupported_value" });
    this.functionality = functionality;
  }

  static {
    beKnownAs("AI_UnsupportedFunctionalityError", UnsupportedInputError.prototype);
  }
}

/** A model of a kind that the provider does not have. The AI SDK's `NoSuchModelError.isInstance` is true of it. */
export class NoSuchModelError extends Error {
  readonly modelId: string;
  readonly modelType: "embeddingModel" | "imageModel";

  constructor(modelId: string, modelType: "embeddingModel" | "imageModel") {
    super(`there is no ${modelType} ${modelId}: gpt-oss models are language models, and this provider has no others`);
    this.modelId = modelId;
    this.modelType = modelType;
  }

  static {
    beKnownAs("AI_NoSuchModelError", NoSuchModelError.prototype);
  }
}

/** The AI SDK knows its errors by marks instead of their classes, of which a program may hold several copies. */
function beKnownAs(name: string, prototype: Error): void {
  Object.defineProperty(prototype, "name", { value: name, configurable: true, writable: true });
  for (const mark of ["vercel.ai.error", `vercel.ai.error.${name}`]) {
    Object.defineProperty(prototype, Symbol.for(mark), { value: true });
  }
}
