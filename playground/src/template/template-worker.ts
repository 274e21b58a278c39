/** Runs chat templates, in a worker of its own: whoever wrote one may have meant harm, and the page must be able to end it. */
import { Interpreter, Template } from "@huggingface/jinja";
import type { TemplateAnswer, TemplateQuestion } from "../worker/answers.js";
import { lineOf, parseWithLines, TemplateSyntaxError } from "./lines.js";

/** Longer texts are no prompts, and would only keep the page busy. */
const LONGEST = 10_000_000;

let line: number | undefined;
const evaluate = Interpreter.prototype.evaluate;
Interpreter.prototype.evaluate = function (statement, environment) {
  if (statement?.type === "Comment") line = lineOf((statement as unknown as { value: string }).value) ?? line;
  return evaluate.call(this, statement, environment);
};

const RealDate = Date;

/** The interpreter asks the clock, and takes no other answer: here it tells the conversation's day. */
function setDate(date: string): void {
  const [year, month, day] = date.split("-").map(Number);
  globalThis.Date = class extends RealDate {
    constructor() {
      super(year!, month! - 1, day!, 12);
    }
  } as DateConstructor;
}

function answer({ template, inputs, date }: TemplateQuestion): TemplateAnswer {
  line = undefined;
  try {
    const source = templateIn(template);
    const runnable = new Template("");
    runnable.parsed = parseWithLines(source);
    setDate(date);
    const text = runnable.render(JSON.parse(inputs!) as Record<string, unknown>);
    if (text.length <= LONGEST) return { text };
    const length = text.length.toLocaleString("en");
    return problem(`The template writes ${length} characters, which is too much to compare.`, template);
  } catch (error) {
    const { message } = error as Error;
    return problem(
      `The template stops: ${message}`,
      template,
      error instanceof TemplateSyntaxError ? error.line : line,
    );
  }
}

function problem(message: string, template: string, at?: number): TemplateAnswer {
  const severity = "error";
  if (at === undefined) return { problem: { severity, message } };
  const words = `${message.replace(/[.\s]+$/, "")}, at line ${at}.`;
  // The lines of a template within JSON are none of the editor's.
  if (templateIn(template) !== template) return { problem: { severity, message: words } };
  const offset = template.split("\n", at - 1).join("\n").length + (at > 1 ? 1 : 0);
  return { problem: { severity, message: words, offset } };
}

/** A model's tokenizer_config.json has its template as a field. */
function templateIn(text: string): string {
  if (!text.trimStart().startsWith("{") || !text.includes('"chat_template"')) return text;
  try {
    const { chat_template: template } = JSON.parse(text) as { chat_template?: unknown };
    if (typeof template === "string") return template;
    if (!Array.isArray(template)) return text;
    const named = template as { name?: string; template?: string }[];
    return (named.find(({ name }) => name === "default") ?? named[0])?.template ?? text;
  } catch {
    return text;
  }
}

self.onmessage = ({ data }: MessageEvent<TemplateQuestion>): void => self.postMessage(answer(data));
self.postMessage("ready");
