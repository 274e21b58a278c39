import { HarmonyError } from "../errors.js";
import { Fields } from "./fields.js";
import { isRole, type Role } from "./role.js";

/** What an {@link Author} is accepted as: an instance or an object literal. */
export interface AuthorLike {
  readonly role: Role;
  readonly name?: string | null | undefined;
}

/** Who wrote a message: a role and, for tools always, a name such as `functions.get_weather`. */
export class Author implements AuthorLike {
  readonly role: Role;
  declare readonly name?: string;

  /** @throws HarmonyError `unknown-role`, `missing-field` or `wrong-type`. */
  constructor(author: AuthorLike, path = "") {
    const fields = new Fields(author, path, "an author");
    this.role = readRole(fields);
    const name = fields.optionalString("name");
    if (name !== undefined) this.name = name;
    fields.end();
    Object.freeze(this);
  }

  /** An author with a name. */
  static new(role: Role, name: string): Author {
    return new Author({ role, name });
  }
}

/** Reads the field `role`. */
export function readRole(fields: Fields): Role {
  const role = fields.string("role");
  if (!isRole(role)) throw unknownRole(role, fields.at("role"));
  return role;
}

/** The error for a role that does not exist, with the roles that do. */
export function unknownRole(role: unknown, path: string): HarmonyError {
  const shown = typeof role === "string" ? role : JSON.stringify(role);
  const message = `unknown role: ${shown}; expected "user", "assistant", "system", "developer" or "tool"`;
  return new HarmonyError("unknown-role", message, { path });
}
