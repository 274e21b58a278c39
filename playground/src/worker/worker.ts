/** Does everything that may take long: the page itself never waits for a tokenizer. */
import { loadHarmonyEncoding } from "harmony-format";
import type { Answers, Question } from "./answers.js";
import { answerParse } from "./parse.js";
import { answerPrompt } from "./prompt.js";
import { answerSchema } from "./schema.js";

const encoding = loadHarmonyEncoding();

const answer = (question: Question): Answers[keyof Answers] => {
  switch (question.type) {
    case "prompt":
      return answerPrompt(encoding, question);
    case "parse":
      return answerParse(encoding, question);
    case "schema":
      return answerSchema(encoding, question.text);
    case "token": {
      const bytes = encoding.tokenizer.tokenBytes(question.token);
      return { bytes: bytes === undefined ? undefined : [...bytes] };
    }
  }
};

self.onmessage = ({ data }: MessageEvent<{ id: number; question: Question }>): void => {
  const { id, question } = data;
  try {
    self.postMessage({ id, answer: answer(question) });
  } catch (error) {
    self.postMessage({ id, failure: error instanceof Error ? error.message : String(error) });
  }
};
self.postMessage({ id: 0 });
