import type { Role } from "../../chat/role.js";

/** What a message's header says. */
export interface Header {
  readonly role: Role;
  /** A tool's full name. */
  readonly name: string | undefined;
  readonly channel: string | undefined;
  readonly recipient: string | undefined;
  readonly contentType: string | undefined;
}
