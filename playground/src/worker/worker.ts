/** Does everything that may take long: the page itself never waits for a tokenizer. */
import { loadHarmonyEncoding } from "harmony-format";
import type { Answers, Question } from "./answers.js";
import { answerParse } from "./parse.js";
import { answerPrompt } from "./prompt.js";
import { answerSchema } from "./schema.js";

const encoding = loadHarmonyEncoding();

/** What is asked for seldom is loaded when it is first asked for. */
const answer = async (question: Question): Promise<Answers[keyof Answers]> => {
  switch (question.type) {
    case "prompt": {
      const answered = answerPrompt(encoding, question);
      if (question.against === "") return answered;
      return (await import("./two-prompts.js")).withDifference(encoding, question, answered);
    }
    case "parse":
      return answerParse(encoding, question);
    case "schema":
      return answerSchema(encoding, question.text);
    case "merges":
      return (await import("./merges.js")).answerMerges(encoding.tokenizer, question.token);
    case "template-inputs":
      return (await import("./template-inputs.js")).answerTemplateInputs(question);
    case "difference":
      return (await import("./difference.js")).answerDifference(encoding, question);
    case "token": {
      const bytes = encoding.tokenizer.tokenBytes(question.token);
      return { bytes: bytes === undefined ? undefined : [...bytes] };
    }
  }
};

self.onmessage = async ({ data }: MessageEvent<{ id: number; question: Question }>): Promise<void> => {
  const { id, question } = data;
  try {
    self.postMessage({ id, answer: await answer(question) });
  } catch (error) {
    self.postMessage({ id, failure: error instanceof Error ? error.message : String(error) });
  }
};
self.postMessage({ id: 0 });
