import { encoding } from "../scripted-engine.js";
import type { AskedCompletion } from "../scripted-llama-server.js";

/** What the model does next: it calls a tool, or answers. */
type Step =
  | { readonly thought: string; readonly preamble?: string; readonly tool: string; readonly input: string }
  | { readonly thought: string; readonly answer: string };

/** How the model writes down a step. */
export type Hand = (step: Step) => string;

/** A message of the prompt, as far as the model looks at it. */
interface Seen {
  readonly role: string;
  readonly text: string;
}

/**
 * A script in place of a model that programs: it looks at the task and at what its tools have given back, and takes the
 * next step. Its first draft has a fault, which it finds in what the tests print.
 *
 * @param hands How it writes: the first step in the first hand, and so on; behind the last, as it should be.
 */
export function codingModel(hands: readonly Hand[] = []): (asked: AskedCompletion) => string {
  let written = 0;
  return ({ prompt, body }) => {
    const messages = messagesOf(body.prompt);
    const start = messages.findLastIndex(({ role }) => role === "user");
    const task = messages[start]!.text;
    const results = messages.slice(start + 1).filter(({ role }) => role === "tool");
    const step = /\bmean\b/.test(task) ? extend(results, prompt) : begin(results, prompt);
    const hand = hands[written] ?? AS_IT_SHOULD;
    written += 1;
    return hand(step);
  };
}

/** `Write median.mjs …`: look, write, try, mend, try again, answer. */
function begin(results: readonly Seen[], prompt: string): Step {
  const last = lastUnderstood(results);
  if (last === undefined) {
    const preamble = "I look at what is there.";
    return { thought: "First the folder.", preamble, ...command("ls -a && echo listed") };
  }
  if (last.includes("listed")) {
    return { thought: "It is empty. I write the function and its test.", ...patch(FIRST_DRAFT, prompt) };
  }
  if (PATCHED.test(last)) return { thought: "Now I try it.", ...command("node --test") };
  if (/# fail [1-9]/.test(last)) {
    const [, actual = "?", expected = "?"] = /(\S+) !== (\S+)/.exec(last) ?? [];
    const thought = `It gave ${actual} in place of ${expected}: the middle of an even count is between two numbers.`;
    return { thought, ...patch(CORRECTION, prompt) };
  }
  if (/# fail 0/.test(last) && prompt.includes("\nnamespace multi_agent_v1 {")) {
    const input = JSON.stringify({ targets: ["nobody"] });
    return { thought: "Does anybody else work here?", tool: "multi_agent_v1.wait_agent", input };
  }
  return { thought: "All is done.", answer: `median.mjs is there, and ${passed(results)} tests pass. 🙂` };
}

/** `Add a mean …`, in a conversation that has gone on: write, try, answer. */
function extend(results: readonly Seen[], prompt: string): Step {
  const last = lastUnderstood(results);
  if (last === undefined) return { thought: "The mean goes beside the median.", ...patch(MEAN, prompt) };
  if (PATCHED.test(last)) return { thought: "I try them all.", ...command("node --test") };
  return { thought: "Good.", answer: `mean.mjs is there as well; ${passed(results)} tests pass.` };
}

function command(cmd: string): { readonly tool: string; readonly input: string } {
  return { tool: "functions.exec_command", input: JSON.stringify({ cmd }) };
}

/** Codex declares a tool for patches to some models; with the others it is a program that the shell runs. */
function patch(text: string, prompt: string): { readonly tool: string; readonly input: string } {
  if (prompt.includes("\ntype apply_patch = ")) return { tool: "functions.apply_patch", input: text };
  return command(`apply_patch <<'PATCH'\n${text}\nPATCH`);
}

const PATCHED = /Success\. Updated the following files/;

/** What the last tool gave back that did what it was asked; what went wrong is tried once more. */
function lastUnderstood(results: readonly Seen[]): string | undefined {
  return results.findLast(({ text }) => /listed|# fail \d|invalid agent id/.test(text) || PATCHED.test(text))?.text;
}

/** How many tests passed when they were last run. */
function passed(results: readonly Seen[]): string {
  return results.map(({ text }) => /# pass (\d+)/.exec(text)?.[1]).findLast((count) => count !== undefined) ?? "no";
}

function messagesOf(prompt: readonly number[]): Seen[] {
  const messages = encoding.parseMessagesFromCompletionTokens(prompt, null, { mode: "resilient" });
  return messages.map(({ role, text }) => ({ role, text }));
}

const START = "<|start|>assistant";

function head({ thought }: Step): string {
  return `<|channel|>analysis<|message|>${thought}<|end|>${START}`;
}

/** A hand that writes answers as it should, and calls in its own way. */
function calling(write: (tool: string, input: string) => string): Hand {
  return (step) => {
    if ("answer" in step) return `${head(step)}<|channel|>final<|message|>${step.answer}<|return|>`;
    const { preamble, tool, input } = step;
    const said = preamble === undefined ? "" : `<|channel|>commentary<|message|>${preamble}<|end|>${START}`;
    return `${head(step)}${said}${write(tool, input)}`;
  };
}

/** As the model was trained to write. */
export const AS_IT_SHOULD: Hand = calling((tool, input) =>
  input.startsWith("{")
    ? `<|channel|>commentary to=${tool} <|constrain|>json<|message|>${input}<|call|>`
    : `<|channel|>commentary to=${tool}<|message|>${input}<|call|>`,
);

/** What models write instead, as their users have reported it. */
export const CARELESS = {
  channelTwice: calling(
    (tool, input) => `<|channel|>commentary to=${tool}<|channel|>commentary json<|message|>${input}<|call|>`,
  ),
  typeGluedToName: calling((tool, input) => `<|channel|>commentary to=${tool}json<|message|>${input}<|call|>`),
  nameAsType: calling((tool, input) => `<|channel|>commentary <|constrain|>${tool}<|message|>${input}<|call|>`),
  onAnalysis: calling((tool, input) => `<|channel|>analysis to=${tool} code<|message|>${input}<|call|>`),
  withoutNamespace: calling((tool, input) => {
    return `<|channel|>commentary to=${tool.replace(/^functions\./, "")} json<|message|>${input}<|call|>`;
  }),
  endedByReturn: calling(
    (tool, input) => `<|channel|>commentary to=${tool} <|constrain|>json<|message|>${input}<|return|>`,
  ),
  onNewLines: calling(
    (tool, input) => `\n<|channel|>commentary to=${tool} <|constrain|>json\n<|message|>${input}<|call|>`,
  ),
  brokenArguments: calling(
    (tool, input) => `<|channel|>commentary to=${tool} <|constrain|>json<|message|>${input.slice(0, -2)}<|call|>`,
  ),
  inventedTool: calling(
    (_tool, input) => `<|channel|>commentary to=functions.run_it <|constrain|>json<|message|>${input}<|call|>`,
  ),
  answerInHeader: (step) =>
    "answer" in step ? `${head(step)}<|channel|>final${step.answer}<|return|>` : AS_IT_SHOULD(step),
} as const satisfies Record<string, Hand>;

const FIRST_DRAFT = `*** Begin Patch
*** Add File: median.mjs
+/** The number in the middle. */
+export function median(numbers) {
+  const sorted = [...numbers].sort((a, b) => a - b);
+  return sorted[Math.floor((sorted.length - 1) / 2)];
+}
*** Add File: median.test.mjs
+import assert from "node:assert/strict";
+import test from "node:test";
+import { median } from "./median.mjs";
+
+test("an odd count", () => assert.equal(median([10, 9, 1]), 9));
+test("an even count", () => assert.equal(median([4, 1, 2, 3]), 2.5));
*** End Patch`;

const CORRECTION = `*** Begin Patch
*** Update File: median.mjs
@@ export function median(numbers) {
   const sorted = [...numbers].sort((a, b) => a - b);
-  return sorted[Math.floor((sorted.length - 1) / 2)];
+  const half = sorted.length / 2;
+  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
 }
*** End Patch`;

const MEAN = `*** Begin Patch
*** Add File: mean.mjs
+export const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
*** Add File: mean.test.mjs
+import assert from "node:assert/strict";
+import test from "node:test";
+import { mean } from "./mean.mjs";
+
+test("the mean", () => assert.equal(mean([1, 2, 6]), 3));
*** End Patch`;
