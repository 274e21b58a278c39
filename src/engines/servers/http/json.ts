import type { HttpAnswer } from "./answer.js";
import { MAX_LINE } from "./lines.js";
import { readServerSentEvents } from "./server-sent-events.js";

/**
 * Reads an answer that is one JSON object.
 * @throws EngineError `not-understood` for anything else; and what the answer throws.
 */
export async function readJson(answer: HttpAnswer): Promise<Readonly<Record<string, unknown>>> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of answer) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_LINE) throw answer.error("not-understood", `the answer has more than ${MAX_LINE} characters`);
  }
  return answer.object(text + decoder.decode());
}

/**
 * The objects in the events of a stream as OpenAI's servers send it, up to the event `[DONE]`, or to the end if there is
 * none.
 *
 * @throws EngineError `failed` for an object that is an error, `{ error: … }`; `not-understood` for an event that is not an
 *   object; and what the answer throws.
 */
export async function* readJsonEvents(
  answer: HttpAnswer,
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  for await (const { data } of readServerSentEvents(answer)) {
    if (data.trim() === "[DONE]") return;
    const object = answer.object(data);
    if (object.error !== undefined && object.error !== null) throw answer.failed(object);
    yield object;
  }
}
