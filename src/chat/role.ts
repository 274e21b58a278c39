import { HarmonyError } from "../errors.js";
import { shorten, showValue } from "../options.js";

/** Who wrote a message. The values are the words of the format itself. */
export const Role = {
  USER: "user",
  ASSISTANT: "assistant",
  SYSTEM: "system",
  DEVELOPER: "developer",
  TOOL: "tool",
} as const;

/** `"user"`, `"assistant"`, `"system"`, `"developer"` or `"tool"`. */
export type Role = (typeof Role)[keyof typeof Role];

const ROLES: ReadonlySet<unknown> = new Set(Object.values(Role));

/** Whether a value is one of the five roles; case counts. */
export function isRole(value: unknown): value is Role {
  return ROLES.has(value);
}

/**
 * Refuses what is not a role, wherever an argument, an option or a field takes one.
 * @param path The name of the argument or option, or the JSON path of the field.
 * @throws HarmonyError `unknown-role`
 */
export function checkRole(value: unknown, path: string): asserts value is Role {
  if (isRole(value)) return;
  const shown = typeof value === "string" ? shorten(value) : showValue(value);
  const where = path === "" ? "" : ` at ${path}`;
  const message = `unknown role: ${shown}${where}; expected "user", "assistant", "system", "developer" or "tool"`;
  throw new HarmonyError("unknown-role", message, { path });
}
