import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import {
  DeveloperContent,
  loadHarmonyEncoding,
  Message,
  ReasoningEffort,
  StreamableParser,
  SystemContent,
  ToolDescription,
} from "../../src/index.js";

// The reference's published documentation and test data, compared in full where they are at hand. They are not part of this
// repository: the folder is ../shared/reference beside it, or the one that HARMONY_REFERENCE_FILES names. Nothing of their
// wording is repeated here; a conversation's words are taken from the file that its rendering is compared with.

const folder =
  process.env.HARMONY_REFERENCE_FILES === undefined
    ? new URL("../../../shared/reference/", import.meta.url)
    : pathToFileURL(`${process.env.HARMONY_REFERENCE_FILES}/`);
const isHere = existsSync(new URL("test-data", folder));
const encoding = loadHarmonyEncoding();

function read(name: string): string {
  return readFileSync(new URL(name, folder), "utf8").trimEnd();
}

function testData(name: string): string {
  return read(`test-data/test_${name}.txt`);
}

const NEXT_TURN = "<|start|>assistant";

function tokensOf(text: string): number[] {
  return encoding.encode(text, { allowedSpecial: "all" });
}

function prompt(messages: readonly Message[], options?: { autoDropAnalysis: boolean }): string {
  return encoding.decodeUtf8(encoding.renderConversationForCompletion({ messages }, "assistant", options));
}

/** The messages of a prompt, with the content of system and developer messages as the classes that render it. */
function messagesOf(text: string): Message[] {
  expect(text.endsWith(NEXT_TURN)).toBe(true);
  const messages = encoding.parseMessagesFromCompletionTokens(tokensOf(text.slice(0, -NEXT_TURN.length)), null, {
    // The strict mode refuses a header that is nothing but the name of a tool, which one of the files has.
    mode: "resilient",
  });
  return messages.map((message) => {
    const [part] = message.content;
    if (part?.type !== "text") return message;
    if (message.role === "system") return Message.fromRoleAndContent("system", systemOf(part.text));
    if (message.role === "developer") return Message.fromRoleAndContent("developer", developerOf(part.text));
    return message;
  });
}

function systemOf(text: string): SystemContent {
  const firstOf = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
  const effort = firstOf(/^Reasoning: (.*)$/m)!.toUpperCase() as keyof typeof ReasoningEffort;
  const date = firstOf(/^Current date: (.*)$/m);
  let content = SystemContent.new()
    .withModelIdentity(text.split("\n", 1)[0]!)
    .withKnowledgeCutoff(firstOf(/^Knowledge cutoff: (.*)$/m)!)
    .withReasoningEffort(ReasoningEffort[effort])
    .withRequiredChannels(firstOf(/^# Valid channels: ([^.]*)\./m)!.split(", "));
  if (date !== undefined) content = content.withConversationStartDate(date);
  if (text.includes("\n## browser\n")) content = content.withBrowserTool();
  if (text.includes("\n## python\n")) content = content.withPythonTool();
  return content;
}

function developerOf(text: string): DeveloperContent {
  const [, instructions] = /^# Instructions\n\n(.*?)(?=\n\n# Tools|$)/s.exec(text) ?? [];
  const content = DeveloperContent.new();
  const instructed = instructions === undefined ? content : content.withInstructions(instructions);
  if (!text.includes("\n## functions\n")) return instructed;
  const all = (pattern: RegExp): string[] => Array.from(text.matchAll(pattern), (found) => found[1]!);
  const names = all(/^type (\w+) =/gm);
  const tools = names.length === 1 ? oneTool : fourTools;
  return instructed.withFunctionTools(
    tools({ names, comments: all(/^\/\/ (.*)$/gm), properties: all(/^(\w+)\??:/gm) }, text),
  );
}

/** The words of a tools section in the order in which it has them. */
interface ToolWords {
  readonly names: readonly string[];
  readonly comments: readonly string[];
  readonly properties: readonly string[];
}

function oneTool({ names, comments, properties }: ToolWords): ToolDescription[] {
  const [property] = properties as [string];
  const parameters = { type: "object", properties: { [property]: { type: "string" } }, required: [property] };
  return [ToolDescription.new(names[0]!, comments[0]!, parameters)];
}

function fourTools({ names, comments, properties }: ToolWords, text: string): ToolDescription[] {
  const between = (begin: string, end: string): string => text.split(begin)[1]!.split(end, 1)[0]!;
  const enumOf = (property: string): string[] =>
    Array.from(between(`\n${property}?: `, ",").matchAll(/"([^"]*)"/g), (found) => found[1]!);
  const [one, unit, many, , plain, nullable, choice, either] = properties as string[] & { length: 8 };
  const units = { type: "string", enum: enumOf(unit!), default: between("// default: ", "\n") };
  const examples = Array.from(between("// Examples:\n", `${plain}?`).matchAll(/"([^"]*)"/g), (found) => found[1]!);
  const text0 = { type: "string", default: between(' | string // default: "', '"') };
  const [about0, about1, about2, about3, about4, about5, title, about7, , , , about11, about12] = comments;
  return [
    ToolDescription.new(names[0]!, about0!),
    ToolDescription.new(names[1]!, about1!, {
      type: "object",
      properties: { [one!]: { type: "string", description: about2 }, [unit!]: units },
      required: [one],
    }),
    ToolDescription.new(names[2]!, about3!, {
      type: "object",
      properties: { [many!]: { type: "array", items: { type: "string" }, description: about4 }, [unit!]: units },
      required: [many],
    }),
    ToolDescription.new(names[3]!, about5!, {
      description: between("(_: // ", "\n"),
      type: "object",
      properties: {
        [plain!]: { type: "string", title, description: about7, examples },
        [nullable!]: {
          type: "string",
          nullable: true,
          description: about11,
          default: between(`${nullable}?: string | null, // default: "`, '"'),
        },
        [choice!]: { type: "string", enum: enumOf(choice!) },
        [either!]: {
          oneOf: [text0, { type: "number", description: between(" | number // ", "\n") }],
          description: about12,
          default: Number(comments[13]!.replace("default: ", "")),
        },
      },
    }),
  ];
}

/** Contents by a reading of the text that shares nothing with the parser. */
function contentsOf(text: string): string[] {
  return Array.from(text.matchAll(/<\|message\|>(.*?)(?=<\|(?:end|call|return)\|>|$)/gs), (found) => found[1]!);
}

const PROMPTS = (isHere ? readdirSync(new URL("test-data", folder)) : [])
  .map((file) => file.replace(/^test_(.*)\.txt$/, "$1"))
  .filter((name) => testData(name).endsWith(NEXT_TURN));

describe.skipIf(!isHere)(`the reference's own files in ${fileURLToPath(folder)}`, () => {
  test.for(PROMPTS)("the prompt %s", (name) => {
    const text = testData(name);
    expect(prompt(messagesOf(text), { autoDropAnalysis: false })).toBe(text);
  });

  test("the prompts are all there", () => {
    expect(PROMPTS.length).toBe(18);
  });

  test("analysis is dropped before the last answer", () => {
    expect(prompt(messagesOf(testData("preserve_cot")))).toBe(testData("dropping_cot_by_default"));
  });

  test("analysis is kept while a call is open", () => {
    const text = testData("does_not_drop_if_ongoing_analysis");
    expect(prompt(messagesOf(text))).toBe(text);
  });

  test("analysis between two answers: the first is dropped, the second kept", () => {
    const text = testData("keep_analysis_between_finals");
    const messages = encoding.parseMessagesFromCompletionTokens(tokensOf(text));
    const dropped = Message.fromRoleAndContent("assistant", "a thought").withChannel("analysis");
    const [question, ...others] = messages;
    const rendered = encoding.renderConversation({ messages: [question!, dropped, ...others] });
    expect(encoding.decodeUtf8(rendered)).toBe(text);
  });

  test.for(["simple_reasoning_response", "simple_tool_call"])("the completion %s, as ids", (name) => {
    const tokens = testData(name).split(/\s+/).map(Number);
    const messages = encoding.parseMessagesFromCompletionTokens(tokens, "assistant");
    expect(messages.flatMap(({ content }) => content.map((part) => part.type === "text" && part.text))).toEqual(
      contentsOf(encoding.decodeUtf8(tokens)),
    );
  });

  test("a call on the analysis channel", () => {
    const tokens = testData("simple_tool_call").split(/\s+/).map(Number);
    const call = encoding.parseMessagesFromCompletionTokens(tokens, "assistant")[1]!;
    const [, recipient] = / to=(\S+?)<\|/.exec(encoding.decodeUtf8(tokens))!;
    expect([call.channel, call.recipient, call.content_type]).toEqual(["analysis", recipient, "code"]);
  });

  test("the result of a tool", () => {
    const text = testData("tool_response_parsing");
    const [, name] = /^<\|start\|>(\S+) /.exec(text)!;
    expect(encoding.parseMessagesFromCompletionTokens(tokensOf(text)).map((message) => message.toJSON())).toEqual([
      { role: "tool", name, recipient: "assistant", channel: "commentary", content: contentsOf(text)[0] },
    ]);
  });

  test("the streaming parser's session", () => {
    const text = testData("streamable_parser");
    const parser = new StreamableParser(encoding, "assistant");
    for (const token of tokensOf(text)) parser.process(token);
    const { messages } = parser.processEos();
    expect(messages.map((message) => message.toJSON().content)).toEqual(contentsOf(text));
    expect(messages).toHaveLength(3);
    expect(encoding.parseMessagesFromCompletionTokens(tokensOf(text), "assistant")).toEqual(messages);
  });
});

/** A text in which every run of white space is one space: the published pages have lost their line breaks. */
function folded(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The prompts and completions among the code blocks of the pages, without the breaks that the pages put between messages. */
function publishedTexts(): string[] {
  const pages = readdirSync(folder).filter((file) => file.endsWith(".txt"));
  const blocks = pages.flatMap((page) =>
    Array.from(read(page).matchAll(/```\w* (<\|[^`]*?)```/g), ([, code]) => code!),
  );
  return blocks.map((code) => folded(code).replace(/(<\|(?:end|call|return)\|>) (?=<\|start\|>)/g, "$1"));
}

describe.skipIf(!isHere)("the prompts and completions in the reference's documentation", () => {
  const texts = isHere ? publishedTexts() : [];
  test.for(texts.map((text) => ({ text, name: text.slice(0, 60) })))("$name …", ({ text }) => {
    const role = text.startsWith("<|start|>") ? undefined : "assistant";
    const complete = text.endsWith(NEXT_TURN) ? text.slice(0, -NEXT_TURN.length) : text;
    const messages = encoding.parseMessagesFromCompletionTokens(tokensOf(complete), role);
    const rendered = encoding.renderConversationForTraining({ messages }, { autoDropAnalysis: false });
    // The renderer writes the recipient before the channel, and a space before a content type.
    const canonical =
      `${role === undefined ? "" : NEXT_TURN}${complete}${/<\|(end|call|return)\|>$/.test(complete) ? "" : "<|end|>"}`
        .replace(/(<\|channel\|>\w+)( to=[^\s<]+)/g, "$2$1")
        .replace(/(?<=\w)<\|constrain\|>/g, " <|constrain|>");
    expect(folded(encoding.decodeUtf8(rendered))).toBe(canonical);
  });

  test("the streamed tokens", () => {
    const pages = readdirSync(folder).filter((file) => file.endsWith(".txt"));
    const lists = pages.flatMap((page) =>
      Array.from(read(page).matchAll(/tokens = \[([\d, ]+)\]/g), ([, list]) => list!),
    );
    expect(lists.length).toBeGreaterThan(0);
    for (const list of lists) {
      const tokens = list
        .split(",")
        .map((word) => word.trim())
        .filter((word) => word !== "")
        .map(Number);
      const parser = new StreamableParser(encoding, "assistant");
      const contents: string[] = [];
      for (const token of tokens) {
        parser.process(token);
        const index = parser.messages.length;
        if (parser.lastContentDelta !== undefined) contents[index] = (contents[index] ?? "") + parser.lastContentDelta;
      }
      expect(contents).toEqual(contentsOf(encoding.decodeUtf8(tokens)));
    }
  });
});
