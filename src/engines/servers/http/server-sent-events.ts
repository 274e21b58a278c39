import type { HttpAnswer } from "./answer.js";
import { MAX_LINE, readLines } from "./lines.js";

/** An event of an event stream. */
export interface ServerSentEvent {
  /** Its type; `"message"` if the stream does not say. */
  readonly type: string;
  /** Its data; several lines are joined with LF. */
  readonly data: string;
}

/**
 * The events of an event stream, as the WHATWG describes it (https://html.spec.whatwg.org/multipage/server-sent-events.html):
 * comments, which servers send to keep a connection open, and events without data are left out, as is an event that has not
 * ended when the stream does. A `[DONE]` at the end is an event like any other. Ids and reconnection times are not needed.
 *
 * @throws EngineError `not-understood` for an event that is too long; and what the answer throws.
 */
export async function* readServerSentEvents(
  answer: HttpAnswer,
  maxLength: number = MAX_LINE,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let type = "";
  let data: string | undefined;
  for await (const { line, isWhole } of readLines(answer, maxLength)) {
    if (!isWhole) break;
    if (line === "") {
      if (data !== undefined) yield { type: type === "" ? "message" : type, data };
      type = "";
      data = undefined;
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
    if (field === "event") type = value;
    else if (field === "data") {
      data = data === undefined ? value : `${data}\n${value}`;
      if (data.length > maxLength) {
        throw answer.error("not-understood", `the answer has an event of more than ${maxLength} characters`);
      }
    }
  }
}

const SPACE = 0x20;
