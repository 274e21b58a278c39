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
