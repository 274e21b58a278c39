import { describe, expect, test } from "vitest";
import {
  Author,
  Conversation,
  DeveloperContent,
  loadHarmonyEncoding,
  Message,
  ReasoningEffort,
  Role,
  SystemContent,
  ToolDescription,
  ToolNamespaceConfig,
} from "../../src/index.js";
import { type Difference, differenceOf } from "../vectors/differences.js";
import { readVectors } from "../vectors/read.js";
import type { DocumentedRow, Rows } from "../vectors/rows.js";

// Every situation that the reference's documentation and test data show, as a conversation of our own. The reference built
// each with its classes and answered it (tests/vectors/documented.py); here our classes build the same.

const rows = readVectors<DocumentedRow>("documented");
const encoding = loadHarmonyEncoding();

describe("the reference's answer", () => {
  test.each(rows)("$kind: $name", (row) => {
    const compare = differenceOf[row.kind] as (row: Rows[keyof Rows]) => Difference | undefined;
    expect(compare(row)).toBeUndefined();
  });
});

const user = (text: string): Message => Message.fromRoleAndContent(Role.USER, text);
const assistant = (text: string, channel: string): Message =>
  Message.fromRoleAndContent(Role.ASSISTANT, text).withChannel(channel);
const system = (content: SystemContent): Message => Message.fromRoleAndContent(Role.SYSTEM, content);
const developer = (content: DeveloperContent): Message => Message.fromRoleAndContent(Role.DEVELOPER, content);
const tool = (name: string, text: string): Message => Message.fromAuthorAndContent(Author.new(Role.TOOL, name), text);
const instructions = (text: string): Message => developer(DeveloperContent.new().withInstructions(text));

const dated = SystemContent.new().withConversationStartDate("2031-02-03");
const question = user("Which river runs through the most countries?");
const rivers = [
  user("How long is the Glomma?"),
  assistant("They want a length in kilometres.", "analysis"),
  assistant("About 620 km.", "final"),
];
const rhine = user("And the Rhine?");

const nextTrain = ToolDescription.new(
  "next_train",
  "Looks up when the next train leaves. Pass the 'station' as people call it.",
  { type: "object", properties: { station: { type: "string" } }, required: ["station"] },
);
const seatClass = { type: "string", enum: ["first", "second"], default: "second" };
const functions = DeveloperContent.new()
  .withInstructions("Keep to the timetable.")
  .withFunctionTools([
    ToolDescription.new("here", "Tells the station where the caller is."),
    ToolDescription.new("train_from", "Finds the next train from a station.", {
      type: "object",
      properties: { station: { type: "string", description: "Where to board, e.g. Oslo S" }, class: seatClass },
      required: ["station"],
    }),
    ToolDescription.new("trains_from", "Finds the next train from each of several stations.", {
      type: "object",
      properties: {
        stations: {
          type: "array",
          items: { type: "string" },
          description: 'Where to board, e.g. ["Oslo S", "Bergen"]',
        },
        class: seatClass,
      },
      required: ["stations"],
    }),
    ToolDescription.new("book", "Books a journey, with all that can be said of one.", {
      description: "what to book",
      type: "object",
      properties: {
        label: { type: "string", title: "LABEL", description: "Any words", examples: ["for Ida", "for work"] },
        seat: { type: "string", nullable: true, description: "May be left open", default: "by the window" },
        meal: { type: "string", enum: ["soup", "salad", "none"] },
        luggage: {
          oneOf: [
            { type: "string", default: "one bag" },
            { type: "number", description: "kilograms, where they are known" },
          ],
          description: "what comes along",
          default: 12,
        },
        stops: {
          type: "array",
          items: { type: "object", properties: { name: { type: "string" }, minutes: { type: "integer" } } },
        },
      },
    }),
  ]);
const museum = new ToolNamespaceConfig({
  name: "museum",
  description: "Rooms and what hangs in them.",
  tools: [
    ToolDescription.new("room", "Describes a room.", { type: "object", properties: { number: { type: "integer" } } }),
  ],
});

const call = assistant('{"station": "Oslo S"}', "commentary").withRecipient("functions.next_train");
const result = '{"leaves": "11:25", "track": 4}';
const untilCall = [
  user("When does the next train leave?"),
  assistant("The station is missing; “Oslo S” is likely. Ask next_train.", "analysis"),
  call.withContentType("<|constrain|>json"),
];
const bare = tool("functions.next_train", result);
const addressed = (message: Message): Message => message.withChannel("commentary").withRecipient("assistant");

const efforts = (["LOW", "MEDIUM", "HIGH"] as const).flatMap((effort): [string, Message[]][] => {
  const message = system(SystemContent.new().withReasoningEffort(ReasoningEffort[effort]));
  return [
    [`effort ${effort}, with instructions`, [message, instructions("Answer as a ship's captain would."), question]],
    [`effort ${effort}, without instructions`, [message, question]],
  ];
});
const twoChannels = SystemContent.new().withRequiredChannels(["analysis", "final"]);

const CONVERSATIONS: readonly [name: string, messages: readonly Message[]][] = [
  ["system message with the defaults", [system(SystemContent.new()), question]],
  ...efforts,
  ["two required channels", [system(twoChannels), question]],
  ["two required channels and high effort", [system(twoChannels.withReasoningEffort(ReasoningEffort.HIGH)), question]],
  ["dates", [system(twoChannels.withConversationStartDate("2030-11-12").withKnowledgeCutoff("2029-08")), question]],
  [
    "an identity of its own",
    [system(SystemContent.new().withModelIdentity("You are the voice of a railway station.")), question],
  ],
  ["no tools", [system(dated)]],
  ["the browser tool", [system(dated.withBrowserTool())]],
  ["the browser and the python tool", [system(dated.withBrowserTool().withPythonTool())]],
  [
    "the browser tool and a function",
    [system(dated.withBrowserTool()), developer(DeveloperContent.new().withFunctionTools([nextTrain]))],
  ],
  [
    "functions with rich parameters",
    [
      system(dated.withReasoningEffort(ReasoningEffort.HIGH)),
      developer(functions),
      user("When can I leave for Bergen?"),
    ],
  ],
  [
    "a namespace of tools",
    [system(SystemContent.new()), developer(DeveloperContent.new().withTools(museum)), user("What is in room 4?")],
  ],
  [
    "a response format in the instructions",
    [
      instructions(
        'You plan journeys.\n\n# Response Formats\n\n## journey\n\n{"type":"object","properties":{"legs":{"type":"array","items":{"type":"string"}}}}',
      ),
      user("From Oslo to Tromsø, please"),
    ],
  ],
  ["analysis before the last answer is dropped", [...rivers, rhine]],
  ["analysis is kept where that is asked for", [...rivers, rhine]],
  ["analysis is kept while a call is open", [...untilCall, bare]],
  ["the result of a tool, addressed to the assistant", [...untilCall, addressed(bare)]],
  [
    "a content type spelled with a space",
    [
      system(dated),
      developer(functions),
      user("Next train?"),
      call.withContentType("<|constrain|> json"),
      addressed(tool("functions.train_from", result)),
    ],
  ],
  [
    "analysis after the last answer is kept",
    [...rivers, rhine, assistant("Another length.", "analysis"), assistant("About 1,230 km.", "final")],
  ],
  ["a conversation to train on", [...rivers, rhine, assistant("About 1,230 km.", "final")]],
  [
    "a commentary before calls",
    [
      user("Build me a timetable."),
      assistant("**Plan**: 1. Ask for the trains 2. Draw the table", "commentary"),
      call,
      bare,
    ],
  ],
];

describe("our classes build the reference's conversation", () => {
  test.each(CONVERSATIONS.map(([name, messages]) => ({ name, messages })))("$name", ({ name, messages }) => {
    const row = rows.find((candidate) => candidate.name === name);
    if (row?.kind !== "render") throw new Error("there is no recorded answer");
    const conversation = Conversation.fromMessages(messages);
    expect(Conversation.fromJSON(row.conversation)).toEqual(conversation);
    expect(Conversation.fromJSON(JSON.stringify(conversation))).toEqual(conversation);
    const config = { autoDropAnalysis: row.auto_drop_analysis };
    const tokens =
      row.op === "completion"
        ? encoding.renderConversationForCompletion(conversation, Role.ASSISTANT, config)
        : row.op === "training"
          ? encoding.renderConversationForTraining(conversation, config)
          : encoding.renderConversation(conversation, config);
    expect(encoding.decodeUtf8(tokens)).toBe(row.text);
    expect(tokens).toEqual(row.tokens);
  });

  test("all of them", () => {
    const recorded = rows.filter((row) => row.kind === "render").map(({ name }) => name);
    expect(CONVERSATIONS.map(([name]) => name)).toEqual(recorded);
  });
});

test("what is parsed renders to the tokens that were parsed", () => {
  const row = rows.find(({ kind, name }) => kind === "parse" && name === "an answer with its reasoning");
  if (row?.kind !== "parse") throw new Error("there is no recorded answer");
  const prompt = encoding.renderConversationForCompletion({ messages: [question] }, Role.ASSISTANT);
  const messages = encoding.parseMessagesFromCompletionTokens(row.tokens, Role.ASSISTANT);
  const rendered = encoding.renderConversationForTraining(
    { messages: [question, ...messages] },
    { autoDropAnalysis: false },
  );
  expect(rendered).toEqual([...prompt, ...row.tokens]);
});
