import { type FieldTable, optional, readFields, required } from "./fields.js";
import { readString } from "./readers.js";
import { checkRole, type Role } from "./role.js";

/** What an {@link Author} is accepted as: an instance or an object literal. */
export interface AuthorLike {
  readonly role: Role;
  readonly name?: string | null | undefined;
}

/** Who wrote a message: a role and, for tools always, a name such as `functions.get_weather`. */
export class Author implements AuthorLike {
  declare readonly role: Role;
  declare readonly name?: string;

  /** @throws HarmonyError `unknown-role`, `missing-field` or `wrong-type`. */
  constructor(author: AuthorLike, path = "") {
    Object.assign(this, readFields(author, path, "an author", AUTHOR_FIELDS));
    Object.freeze(this);
  }

  /** An author with a name. */
  static new(role: Role, name: string): Author {
    return new Author({ role, name });
  }
}

/** An author's fields, which are also a message's. */
export const AUTHOR_FIELDS: FieldTable<{ role: Role; name?: string }> = {
  role: required(readRole),
  name: optional(readString),
};

function readRole(value: unknown, path: string): Role {
  const role = readString(value, path);
  checkRole(role, path);
  return role;
}
