import type { TemplateAnswer, TemplateQuestion } from "../worker/answers.js";

/** A template that takes longer than this is ended, in milliseconds. The templates of models take some. */
const LIMIT = 5000;

let running: Promise<Worker> | undefined;

/** Asks the worker that runs templates, and ends it where it does not answer in time. */
export async function runTemplate(question: TemplateQuestion): Promise<TemplateAnswer> {
  if (question.inputs === undefined || question.template.trim() === "") return {};
  running ??= start();
  const worker = await running;
  return new Promise((resolve) => {
    const end = (message: string): void => {
      worker.terminate();
      running = undefined;
      clearTimeout(timer);
      resolve({ problem: { severity: "error", message } });
    };
    const timer = setTimeout(
      () => end(`The template was ended after ${LIMIT / 1000} seconds: it may be one that never comes to an end.`),
      LIMIT,
    );
    worker.onmessage = ({ data }: MessageEvent<TemplateAnswer>) => {
      clearTimeout(timer);
      resolve(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end("The template took more memory than the browser gives it.");
    };
    worker.postMessage(question);
  });
}

function start(): Promise<Worker> {
  const worker = new Worker(new URL("../template/template-worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve(worker);
    worker.onerror = () => {
      running = undefined;
      reject(new Error("The template engine could not be loaded; reload the page."));
    };
  });
}
