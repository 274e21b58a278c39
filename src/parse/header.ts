import type { Role } from "../chat/role.js";

/** What a message's header says, in the fields of a message. */
export interface Header {
  readonly role: Role;
  /** A tool's full name, such as `functions.get_weather`, or a participant's name. */
  readonly name: string | undefined;
  readonly channel: string | undefined;
  readonly recipient: string | undefined;
  readonly content_type: string | undefined;
}

/** The name of an author whose header gives none: a tool's message cannot be rendered without one. */
export function nameWithout(role: Role): string | undefined {
  return role === "tool" ? "tool" : undefined;
}

/** Whether a message with this header ends with the call token when it is rendered. */
export function isCall({ role, recipient }: Header): boolean {
  return role === "assistant" && recipient !== undefined;
}
