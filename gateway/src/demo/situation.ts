import type { HarmonyEncoding } from "harmony-format";
import type { EngineRequest } from "harmony-format/engines";
import { exampleOfSchema } from "./example-of-schema.js";
import { exampleOfTypescript } from "./example-of-typescript.js";

/** What a prompt asks of the model, as far as the demonstration understands it. */
export interface Situation {
  /** The latest words of the user. */
  readonly question: string;
  /** How many messages of the user there are. */
  readonly turns: number;
  /** How many tokens the prompt has. */
  readonly promptTokens: number;
  /** What the tool gave back that was called since the user spoke. */
  readonly result?: { readonly tool: string; readonly text: string } | undefined;
  /** The tool that is to be called, with arguments that its parameters allow. */
  readonly call?: { readonly tool: string; readonly input: string } | undefined;
  /** An answer of the form that was asked for. */
  readonly form?: string | undefined;
  /** Whether the prompt ends within a message that is to be continued. */
  readonly isWithinMessage: boolean;
}

/** A tool that may be called, with an example of what it takes. */
interface Callable {
  readonly name: string;
  readonly input: string;
}

export function readSituation({ tokens, encoding, constraint }: EngineRequest): Situation {
  const messages = encoding.parseMessagesFromCompletionTokens(tokens, null, { mode: "resilient" });
  const asked = messages.findLastIndex(({ role }) => role === "user");
  const result = messages.slice(asked + 1).findLast(({ role }) => role === "tool");
  const instructions = messages.filter(({ role }) => role === "system" || role === "developer");
  const declared = instructions.map(({ text }) => text).join("\n");
  const allowed = constraint === undefined ? undefined : allowedBy(constraint.structuralTag);
  const tools = allowed?.calls ?? declaredTools(declared);
  const question = messages[asked]?.text ?? "";
  return {
    question,
    turns: messages.filter(({ role }) => role === "user").length,
    promptTokens: tokens.length,
    result: result === undefined ? undefined : { tool: result.name ?? "a tool", text: result.text },
    call: mayAnswer(constraint) && result !== undefined ? undefined : chosen(tools, question),
    form: allowed?.answer ?? requestedForm(declared),
    isWithinMessage: endsWithinMessage(tokens, encoding),
  };
}

/** The tool that the user's words name, or else the first. */
function chosen(tools: readonly Callable[], question: string): Situation["call"] {
  const words = new Set(wordsOf(question));
  const score = ({ name }: Callable) => wordsOf(name).filter((word) => words.has(word)).length;
  const [best] = [...tools].sort((a, b) => score(b) - score(a));
  return best === undefined ? undefined : { tool: best.name, input: best.input };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
}

/** The tools that the instructions declare, from their TypeScript. */
function declaredTools(instructions: string): Callable[] {
  const tools: Callable[] = [];
  for (const [, namespace, body] of instructions.matchAll(/^namespace (\S+) \{\n(.*?)^\} \/\/ namespace \1$/gms)) {
    for (const [, name, parameters] of body!.matchAll(/^type (\S+) = \((?:_: (.*?))?\) => any;$/gms)) {
      tools.push({ name: `${namespace}.${name}`, input: inputOf(parameters) });
    }
  }
  return tools;
}

function inputOf(parameters: string | undefined): string {
  if (parameters === undefined) return "{}";
  const example = exampleOfTypescript(parameters);
  // A tool that takes a text and no object is given it as it is.
  return typeof example === "string" ? example : JSON.stringify(example ?? {});
}

/** The example of the schema in the section of response formats, if there is one. */
function requestedForm(instructions: string): string | undefined {
  const section = /^# Response Formats\n\n## [^\n]+\n\n(?:\/\/[^\n]*\n)*(\{.*\})$/m.exec(instructions);
  if (section === null) return undefined;
  try {
    return JSON.stringify(exampleOfSchema(JSON.parse(section[1]!)));
  } catch {
    return undefined;
  }
}

/** What a constraint allows: the calls, and the form of an answer. */
function allowedBy(tag: unknown): { readonly calls: readonly Callable[]; readonly answer: string | undefined } {
  const calls = new Map<string, Callable>();
  let answer: string | undefined;
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, elements, json_schema: schema } = node as Readonly<Record<string, unknown>>;
    const body = Array.isArray(elements) ? elements.find((element) => isSchema(element)) : undefined;
    if (type === "sequence" && body !== undefined) {
      const example = JSON.stringify(exampleOfSchema(body.json_schema));
      const header = JSON.stringify((elements as unknown[]).slice(0, (elements as unknown[]).indexOf(body)));
      const name = / to=([^\s<"\\]+)/.exec(header)?.[1];
      if (name === undefined) answer ??= example;
      else if (!calls.has(name)) calls.set(name, { name, input: example });
      return;
    }
    if (schema !== undefined) return;
    for (const child of Object.values(node)) visit(child);
  };
  visit(tag);
  return { calls: [...calls.values()], answer };
}

/** Whether a constraint leaves the model anything but calls. */
function mayAnswer(constraint: EngineRequest["constraint"]): boolean {
  return constraint === undefined || /"<\|channel\|>final(?! to=)/.test(JSON.stringify(constraint.structuralTag));
}

function isSchema(node: unknown): node is { readonly json_schema: unknown } {
  return typeof node === "object" && node !== null && "json_schema" in node;
}

function endsWithinMessage(tokens: readonly number[], encoding: HarmonyEncoding): boolean {
  const [start, message] = encoding.encode("<|start|><|message|>", { allowedSpecial: "all" });
  return tokens.lastIndexOf(message!) > tokens.lastIndexOf(start!);
}
