import { type FieldTable, optional, readFields, readString, required, type Shape } from "./fields.js";
import { checkRole, type Role } from "./role.js";

/** What is accepted as an {@link Author}: an instance or an object literal. */
export interface AuthorLike {
  readonly role: Role;
  readonly name?: string | null | undefined;
}

/** Who wrote a message: a role and, always for tools, a name such as `functions.get_weather`. An immutable value. */
export class Author implements AuthorLike {
  declare readonly role: Role;
  declare readonly name?: string;

  /** @throws HarmonyError `unknown-role`, `missing-field` or `wrong-type`. */
  constructor(author: AuthorLike);
  /** @internal */
  constructor(author: AuthorLike, path: string);
  constructor(author: AuthorLike, path = "") {
    readFields(this, author, path, AUTHOR);
    Object.freeze(this);
  }

  /**
   * Makes an author with a name.
   * @throws HarmonyError `unknown-role`, `missing-field` or `wrong-type`.
   */
  static new(role: Role, name: string): Author {
    return new Author({ role, name });
  }
}

/** The fields of an author, which are also fields of a message. */
export const AUTHOR_FIELDS: FieldTable<{ role: Role; name?: string }> = {
  role: required(readRole),
  name: optional(readString),
};

const AUTHOR: Shape = { what: "an author", fields: AUTHOR_FIELDS };

function readRole(value: unknown, path: string): Role {
  const role = readString(value, path);
  checkRole(role, path);
  return role;
}
