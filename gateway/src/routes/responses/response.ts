import type { ResponseObject, ResponseStreamEvent } from "harmony-format/responses";

/** How far a response is. A response in the background is queued before it begins, and can be cancelled. */
export type ResponseStatus = ResponseObject["status"] | "queued" | "cancelled";

/** A response as the gateway serves it. */
export interface GatewayResponse extends Omit<ResponseObject, "status"> {
  status: ResponseStatus;
  /** Whether it can be retrieved. */
  store: boolean;
}

/** An event of a response as the gateway serves it. */
export type GatewayEvent =
  | WithGatewayResponse<ResponseStreamEvent>
  | { type: "response.queued"; sequence_number: number; response: GatewayResponse }
  /** The stream breaks off here, and the response does not: it can be read from here on. */
  | { type: "error"; sequence_number: number; code: string | null; message: string; param: null };

type WithGatewayResponse<Event> = Event extends { response: ResponseObject }
  ? Omit<Event, "response"> & { response: GatewayResponse }
  : Event;

/** Whether a response will change no more. */
export function hasEnded({ status }: Pick<GatewayResponse, "status">): boolean {
  return status !== "queued" && status !== "in_progress";
}

/** An event as it is written into a stream. */
export function textOfEvent(event: GatewayEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** A random id that nobody can guess. */
export function newId(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll("-", "");
}
