import { EngineError } from "../engines/engine-error.js";
import type { ChatCompletion } from "../shapes/chat-completions/completion.js";
import type { ResponseObject } from "../shapes/responses/response-object.js";

/**
 * An engine's error in the middle of a reply that was to come whole: nothing of what the model had written is lost. It is
 * the engine's error otherwise, which is its `cause`.
 *
 *     try {
 *       completion = await client.chat.completions.create({ messages });
 *     } catch (error) {
 *       if (error instanceof PartialReplyError) console.log(error.partial);
 *     }
 *
 * A reply that is streamed has shown what came before an error, which is a plain `EngineError` then.
 */
export class PartialReplyError extends EngineError {
  /** The reply as far as it came; `object` says of which shape it is. */
  readonly partial: ChatCompletion | ResponseObject;

  constructor(error: EngineError, partial: ChatCompletion | ResponseObject) {
    const { code, message, engine, url, status, answer } = error;
    super(code, message, { engine, url, status, answer, cause: error });
    // The engine's name and address stand before it already.
    this.message = message;
    this.partial = partial;
  }

  static {
    PartialReplyError.prototype.name = "PartialReplyError";
  }
}
