// What this package and its peers make of the same headers, conversations and texts, against the tables of docs/peers.md.
//
//   npm run test:peers               compares
//   npm run test:peers -- --update   writes the tables again
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { type MessageLike, type ParseOptions, toolCallOf } from "../../src/index.js";
import { CASES } from "../../tests/parse/malformed-outputs.js";
import { type ChatMessage, type ChatRequest, CONVERSATIONS, TODAY } from "./conversations.js";
import { DIFFERENCES, type Difference, exampleOf, explanationOf } from "./differences.js";
import { conversationOf, encoding, promptOf } from "./harmony-format.js";
import { ARGUMENTS, completionWith, HEADER_FORMS, MALFORMED_HEADERS, TOOL } from "./header-forms.js";
import { HuggingFaceTemplate } from "./hugging-face.js";
import { NodeLlamaCpp } from "./node-llama-cpp.js";
import { OpenAIHarmony } from "./openai-harmony.js";
import { code, page, sectionOf, tableOf, writeSection } from "./page.js";
import { INJECTION, LANGUAGES } from "./texts.js";

declare module "vitest" {
  interface ProvidedContext {
    /** What setup.mjs installed, and whether the page is to be written again. */
    peers: {
      readonly reference: { readonly python: string; readonly env: Readonly<Record<string, string>> };
      readonly template: string;
      readonly model: string;
      /** Every peer with its version. */
      readonly versions: readonly string[];
      readonly update: boolean;
    };
  }
}

const { reference, template, model, versions, update } = inject("peers");
const huggingFace = new HuggingFaceTemplate(template);
const openaiHarmony = new OpenAIHarmony(reference.python, reference.env);
let nodeLlamaCpp: NodeLlamaCpp;

beforeAll(async () => {
  nodeLlamaCpp = await NodeLlamaCpp.load(model);
  // The template reads the clock.
  vi.useFakeTimers({ toFake: ["Date"], now: TODAY });
});
afterAll(() => openaiHarmony.close());

function compare(section: string, table: string): void {
  if (update) writeSection(section, table);
  expect(sectionOf(section)).toBe(table);
}

const idsOf = (text: string): number[] => encoding.encode(text, { allowedSpecial: "all" });

/** A call as a peer hands it out. */
interface Call {
  readonly recipient: string;
  readonly arguments: string;
}

const RECIPIENT = `functions.${TOOL.name}`;

/** What a reader makes of a completion that holds one call. */
async function verdictOf(read: () => Call[] | Promise<Call[]>): Promise<string> {
  let calls: Call[];
  try {
    calls = await read();
  } catch {
    return "throws";
  }
  const [call] = calls;
  if (call === undefined) return "**no call**";
  if (calls.length > 1) return `${calls.length} calls`;
  if (call.recipient !== RECIPIENT) return `a call of ${code(call.recipient)}`;
  expect(JSON.parse(call.arguments)).toEqual(JSON.parse(ARGUMENTS));
  return "yes";
}

function callsIn(messages: readonly MessageLike[]): Call[] {
  return messages.map((message) => toolCallOf(message)).filter((call) => call !== undefined);
}

/** What each reader makes of a header, in the order of READERS. */
async function verdictsOn(header: string): Promise<string[]> {
  const tokens = idsOf(completionWith(header));
  const parse = (options: ParseOptions) => () =>
    callsIn(encoding.parseMessagesFromCompletionTokens(tokens, "assistant", options));
  return [
    await verdictOf(parse({ mode: "resilient", tools: [RECIPIENT] })),
    await verdictOf(parse({ mode: "strict" })),
    await verdictOf(async () => callsIn(await openaiHarmony.parse(tokens))),
    await verdictOf(async () => (await nodeLlamaCpp.read(tokens)).calls),
  ];
}

const READERS = ["this package, resilient", "this package, strict", "openai-harmony", "node-llama-cpp"];

test.each(versions)("the page is about %s", (version) => {
  expect(page()).toContain(version);
});

test("headers of calls", async () => {
  const rows: string[][] = [];
  for (const { header, writtenBy } of HEADER_FORMS) {
    rows.push([code(header), writtenBy, ...(await verdictsOn(header))]);
  }
  compare("headers", tableOf(["header", "written by", ...READERS], rows));
});

test("malformed headers of calls", async () => {
  const rows: string[][] = [];
  for (const header of MALFORMED_HEADERS) rows.push([code(header), ...(await verdictsOn(header))]);
  compare("malformed headers", tableOf(["header", ...READERS], rows));
});

test("malformed outputs", async () => {
  const outputs = CASES.filter(({ diagnostics }) => diagnostics.length > 0).map(({ output, options }) => ({
    tokens: idsOf(output),
    options,
  }));
  let [thrown, thrownHere] = [0, 0];
  for (const { tokens, options } of outputs) {
    await openaiHarmony.parse(tokens).catch(() => thrown++);
    try {
      encoding.parseMessagesFromCompletionTokens(tokens, "assistant", { mode: "resilient", ...options });
    } catch {
      thrownHere++;
    }
  }
  compare(
    "malformed outputs",
    tableOf(
      ["malformed outputs", "openai-harmony throws", "this package, resilient, throws"],
      [[String(outputs.length), String(thrown), String(thrownHere)]],
    ),
  );
});

/** The prompts for a conversation. */
async function promptsFor(request: ChatRequest) {
  const conversation = conversationOf(request, "2026-11-21");
  const attempt = (render: () => string): { text: string } | { error: string } => {
    try {
      return { text: render() };
    } catch (error) {
      return { error: (error as Error).message };
    }
  };
  return {
    ours: promptOf(conversation),
    openaiHarmony: (await openaiHarmony.render(conversation)).text,
    huggingFace: attempt(() => huggingFace.render(request)),
    nodeLlamaCpp: attempt(() => nodeLlamaCpp.render(request, TODAY).text),
  };
}

/** What the page says of a peer's prompt. */
function comparisonOf(
  peer: Difference["peer"],
  ours: string,
  theirs: { text: string } | { error: string },
  request: ChatRequest,
): string {
  if ("error" in theirs) return `throws: ${code(firstSentence(theirs.error))}`;
  const numbers = explanationOf(peer, ours, theirs.text, request);
  expect(numbers, JSON.stringify(exampleOf(ours, theirs.text))).toBeDefined();
  return numbers!.length === 0 ? "equal" : numbers!.join(", ");
}

function firstSentence(message: string): string {
  return message.split(/(?<=[.!])\s/)[0]!;
}

test("prompts, and every difference accounted for", async () => {
  const rows: string[][] = [];
  /** By the number of a difference, where it was met first. */
  const examples = new Map<number, { ours: string; theirs: string }>();
  for (const [name, request] of Object.entries(CONVERSATIONS)) {
    const prompts = await promptsFor(request);
    expect(prompts.openaiHarmony, name).toBe(prompts.ours);
    const { ours } = prompts;
    const cells = (["huggingFace", "nodeLlamaCpp"] as const).map((peer) =>
      comparisonOf(peer, ours, prompts[peer], request),
    );
    rows.push([name, "equal", ...cells]);
    for (const [index, difference] of DIFFERENCES.entries()) {
      const isMet = cells.some((cell) => cell.split(", ").includes(String(index + 1)));
      if (!isMet || examples.has(index)) continue;
      // Those before it change the same stretch, or the one that it looks for.
      const before = DIFFERENCES.slice(0, index)
        .filter(({ peer }) => peer === difference.peer)
        .reduce((prompt, { rewrite }) => rewrite(prompt, request), ours);
      examples.set(index, exampleOf(before, difference.rewrite(before, request)));
    }
  }
  compare("prompts", tableOf(["conversation", "openai-harmony", "Hugging Face template", "node-llama-cpp"], rows));
  const differences = DIFFERENCES.map(({ peer, what, why }, index) => {
    const example = examples.get(index);
    expect(example, `a conversation in which ${peer} differs so: ${what}`).toBeDefined();
    const { ours, theirs } = example!;
    return [String(index + 1), `${NAMES[peer]}: ${what}`, code(ours), code(theirs), why];
  });
  compare("differences", tableOf(["#", "what differs", "here", "there", "why"], differences));
});

const NAMES = { huggingFace: "template", nodeLlamaCpp: "node-llama-cpp" };

test("tokens of a text, by language", async () => {
  const rows: string[][] = [];
  for (const [language, text] of Object.entries(LANGUAGES)) {
    const [ours, theirs] = [encoding.encode(text), nodeLlamaCpp.encode(text)];
    expect(ours).toEqual(await openaiHarmony.encode(text));
    const isEqual = ours.join() === theirs.join();
    const change = isEqual ? "equal" : `+${Math.round((theirs.length / ours.length - 1) * 100)} %`;
    rows.push([language, String(ours.length), String(ours.length), String(theirs.length), change]);
  }
  compare("tokens", tableOf(["text", "this package", "openai-harmony", "llama.cpp", "more"], rows));
});

test("markers in a user's text", async () => {
  const request = (content: string): ChatRequest => ({ messages: [{ role: "user", content }] });
  const isControl = (token: number): boolean => token >= 199_998 && token <= 200_018;
  /** How many control tokens the text has added to the prompt. */
  const addedBy = async (tokensOf: (content: string) => readonly number[] | Promise<readonly number[]>) => {
    const [hostile, harmless] = [await tokensOf(INJECTION), await tokensOf("Hi.")];
    return String(hostile.filter(isControl).length - harmless.filter(isControl).length);
  };
  const conversation = (content: string) => conversationOf(request(content), "2026-11-21");
  compare(
    "injection",
    tableOf(
      ["prompt made by", "control tokens in the user's text"],
      [
        [
          "this package, as ids",
          await addedBy((content) => encoding.renderConversationForCompletion(conversation(content), "assistant")),
        ],
        [
          "openai-harmony, as ids",
          await addedBy(async (content) => (await openaiHarmony.render(conversation(content))).tokens),
        ],
        [
          "the Hugging Face template, then any tokenizer that knows the special tokens",
          await addedBy((content) => idsOf(huggingFace.render(request(content)))),
        ],
        ["node-llama-cpp's wrapper", await addedBy((content) => nodeLlamaCpp.render(request(content), TODAY).tokens)],
        ["llama.cpp, told to read no special tokens", await addedBy((content) => nodeLlamaCpp.encode(content))],
      ],
    ),
  );
});

test("what else a program may meet", async () => {
  const { messages, tools } = CONVERSATIONS["a call whose result is a JSON object"]!;
  const asValues = messages.map((message) => ({
    ...message,
    ...(message.role === "tool" ? { content: JSON.parse(message.content as string) } : {}),
    ...(message.tool_calls === undefined ? {} : { tool_calls: message.tool_calls.map(withParsedArguments) }),
  }));
  const templated = huggingFace.render({
    messages: asValues,
    ...(tools === undefined ? {} : { tools }),
  } as ChatRequest);
  const noCalls = CONVERSATIONS["an answer with its thought, and a second question"]!.messages.map((message) =>
    message.role === "assistant" ? { ...message, tool_calls: [] } : message,
  );
  const thrownBy = (render: () => string): string => {
    try {
      return `a prompt: ${code(render())}`;
    } catch (error) {
      return `throws: ${code((error as Error).message)}`;
    }
  };
  const thought = "<|channel|>analysis<|message|>Let me think.<|end|><|start|>assistant";
  const spelled = encoding.encode("It ends with <|return|> in writing.", { disallowedSpecial: [] });
  const read = (completion: string) => nodeLlamaCpp.read(idsOf(completion));
  const python = await read(`${thought}<|channel|>analysis to=python code<|message|>1 + 1<|call|>`);
  const answered = await nodeLlamaCpp.read([
    ...idsOf(`${thought}<|channel|>final<|message|>`),
    ...spelled,
    ...idsOf("<|return|>"),
  ]);
  const held = await nodeLlamaCpp.read(
    idsOf(`${thought}<|channel|>final<|message|>{"a": 1}<|return|>`),
    TOOL.parameters,
  );
  expect(typeof JSON.parse(held.answer).a).toBe("number");
  compare(
    "more",
    tableOf(
      ["peer", "what was asked", "what came out"],
      [
        [
          "template",
          "a date of one's own",
          thrownBy(() => huggingFace.render({ messages: [] }, { strftime_now: () => "" })),
        ],
        [
          "template",
          "an answer with `tool_calls: []`",
          thrownBy(() => huggingFace.render({ messages: noCalls, tools: tools! })),
        ],
        [
          "template",
          "arguments and result as values instead of JSON text",
          code(templated.slice(templated.lastIndexOf("json<|message|>"), templated.lastIndexOf("<|start|>"))),
        ],
        [
          "node-llama-cpp",
          "a call of `python`, which is not declared",
          `a call of ${code(python.calls[0]!.recipient)}`,
        ],
        ["node-llama-cpp", "an answer that spells `<|return|>` in ordinary tokens", code(answered.answer)],
        [
          "node-llama-cpp",
          "an answer that has to follow a schema, from a model that would think first",
          held.thought === "" ? "the answer at once" : `the thought ${code(held.thought)}, then the answer`,
        ],
      ],
    ),
  );
});

function withParsedArguments(call: NonNullable<ChatMessage["tool_calls"]>[number]) {
  return { ...call, function: { ...call.function, arguments: JSON.parse(call.function.arguments) } };
}
