import type { Role } from "../chat/role.js";

/** What a parser is reading, in the words of the reference. */
export const StreamState = {
  /** A message has ended, or none has begun. */
  EXPECT_START: "ExpectStart",
  HEADER: "Header",
  CONTENT: "Content",
} as const;

/** `"ExpectStart"`, `"Header"` or `"Content"`. */
export type StreamState = (typeof StreamState)[keyof typeof StreamState];

/** A parser's state and what it holds, as the reference's JSON. */
export type StateData =
  | { readonly state: "ExpectStart" }
  | { readonly state: "Header"; readonly header_tokens: readonly number[] }
  | {
      readonly state: "Content";
      readonly header: {
        readonly author: { readonly role: Role; readonly name?: string };
        readonly recipient: string | null;
        readonly channel: string | null;
        readonly content_type: string | null;
      };
      readonly content_tokens: readonly number[];
    };
