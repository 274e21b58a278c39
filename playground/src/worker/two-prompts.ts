import type { HarmonyEncoding } from "harmony-format";
import type { PromptAnswer, PromptQuestion } from "./answers.js";
import { differenceOf } from "./diff.js";
import { problemOf, promptPieces } from "./prompt.js";

/** Adds to an answer where the prompt differs from the one that it is compared with. */
export function withDifference(
  encoding: HarmonyEncoding,
  question: PromptQuestion,
  answer: PromptAnswer,
): PromptAnswer {
  const { prompt, problems } = answer;
  if (prompt === undefined || (question.against === "kept" && question.kept === "")) return answer;
  try {
    const difference = differenceOf(promptPieces(encoding, otherThan(question)), promptPieces(encoding, question));
    return { ...answer, prompt: { ...prompt, difference } };
  } catch (error) {
    const message = `The prompt to compare with cannot be made: ${problemOf(error).message}`;
    return { ...answer, problems: [...problems, { severity: "error", message }] };
  }
}

/** @throws TypeError for a kept prompt that no page has written: a link can be made by hand. */
function otherThan(question: PromptQuestion): PromptQuestion {
  const { against, kept } = question;
  switch (against) {
    case "kept":
      try {
        return { ...question, ...(JSON.parse(kept) as object) };
      } catch {
        throw new TypeError("what the link keeps of it is damaged");
      }
    case "completion":
    case "none":
    case "training":
      return { ...question, end: against };
    default:
      return { ...question, keepAnalysis: against as PromptQuestion["keepAnalysis"] };
  }
}
