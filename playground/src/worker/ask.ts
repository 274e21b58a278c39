import type { Answers, Question } from "./answers.js";

type Waiting = { readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void };

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const waiting = new Map<number, Waiting>();
let lastId = 0;

worker.onmessage = ({ data }: MessageEvent<{ id: number; answer?: never; failure?: string }>): void => {
  const asked = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.failure !== undefined) asked?.reject(new Error(data.failure));
  else if (data.answer !== undefined) asked?.resolve(data.answer);
};
worker.onerror = (event): void => {
  const error = new Error(event.message || "The worker could not be loaded; reload the page.");
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
};

/** Asks the worker. Questions are answered in order. */
export function ask<Q extends Question>(question: Q): Promise<Answers[Q["type"]]> {
  lastId += 1;
  const id = lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, question });
  });
}
