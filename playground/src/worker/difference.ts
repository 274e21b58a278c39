import type { HarmonyEncoding } from "harmony-format";
import type { DifferenceAnswer, DifferenceQuestion } from "./answers.js";
import { differenceOf } from "./diff.js";
import { piecesOf } from "./pieces.js";
import { problemOf, promptPieces } from "./prompt.js";

/** How a text differs from the prompt. The text becomes tokens as it does in an engine, which takes markers for markers. */
export function answerDifference(encoding: HarmonyEncoding, question: DifferenceQuestion): DifferenceAnswer {
  const { theirs } = question;
  if (theirs === undefined) return {};
  try {
    const left = promptPieces(encoding, question);
    const right = piecesOf(encoding.tokenizer, encoding.encode(theirs, { allowedSpecial: "all" }));
    return { difference: differenceOf(left, right), isSameText: left.text === right.text };
  } catch (error) {
    // What is wrong with the conversation is said where it is edited.
    problemOf(error);
    return {};
  }
}
