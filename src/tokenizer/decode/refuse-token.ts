import { HarmonyError } from "../../errors.js";

/** Throws what a token deserves that stands for nothing: a mistake of the program, or an id that the vocabulary lacks. */
export function refuseToken(token: number, index: number): never {
  if (typeof token !== "number") throw new TypeError(`a token id is a number, not ${typeof token} (tokens[${index}])`);
  if (!Number.isInteger(token) || token < 0) {
    throw new RangeError(`a token id is an integer from 0 on, not ${token} (tokens[${index}])`);
  }
  throw new HarmonyError("unknown-token", `Invalid token for decoding: ${token}`, { tokenIndex: index });
}
