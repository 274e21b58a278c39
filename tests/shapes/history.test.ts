import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Message, type MessageLike } from "../../src/chat/message.js";
import { packTokens } from "../../src/shapes/carried-tokens.js";
import { type AssistantPart, History, reasoningEffortOf } from "../../src/shapes/history.js";
import { ToolNames } from "../../src/shapes/tool-names.js";
import { testProperty } from "../property.js";

const call = (id: string, recipient = "functions.f", text = "{}"): AssistantPart => ({
  type: "call",
  id,
  recipient,
  text,
  path: `at ${id}`,
});

/** The conversation, a line for each message but the system's: who, where, to whom, what. */
function linesOf(history: History): string[] {
  const messages = history.finish({ options: {} }).flatMap(({ messages }) => messages);
  return messages.slice(1).map(lineOf);
}

function lineOf(like: MessageLike): string {
  const { role, name, channel, recipient, content_type, content, text } = new Message(like);
  const shown = content[0]?.type === "developer_content" ? (content[0].instructions ?? "") : text;
  return [name ?? role, channel, recipient && `to=${recipient}`, content_type, `| ${shown}`]
    .filter((word) => word !== undefined)
    .join(" ");
}

function historyOf(build: (history: History) => void, toolNames = new ToolNames()): string[] {
  const history = new History(toolNames);
  build(history);
  return linesOf(history);
}

describe("the order of the model", () => {
  test("instructions before all other messages are one message, later ones their own", () => {
    const lines = historyOf((history) => {
      history.instructions("A");
      history.instructions("");
      history.instructions("B");
      history.user("Q");
      history.instructions("C");
      history.user("R");
    });
    expect(lines).toEqual(["developer | A\n\nB", "user | Q", "developer | C", "user | R"]);
  });

  test("an empty instruction says nothing", () => {
    expect(historyOf((history) => history.instructions(""))).toEqual([]);
  });

  test("a turn with everything, and its results in the order of its calls", () => {
    const toolNames = new ToolNames();
    toolNames.declare({ type: "custom", name: "patch", description: "" });
    const lines = historyOf((history) => {
      history.user("Q");
      history.assistant([
        { type: "reasoning", text: "T" },
        { type: "preamble", text: "P" },
        call("1"),
        call("2", "python", "1 + 1"),
        call("3", "browser.search", '{"query":"x"}'),
        call("4", "functions.patch", "+ a"),
      ]);
      for (const id of ["4", "2", "1", "3"]) history.toolResult(id, `R${id}`, "");
      history.assistant([{ type: "answer", text: "A" }]);
    }, toolNames).slice(1);
    expect(lines).toEqual([
      "user | Q",
      "assistant analysis | T",
      "assistant commentary | P",
      "assistant commentary to=functions.f <|constrain|>json | {}",
      "assistant analysis to=python code | 1 + 1",
      'assistant analysis to=browser.search code | {"query":"x"}',
      "assistant commentary to=functions.patch | + a",
      "functions.f commentary to=assistant | R1",
      "python analysis to=assistant | R2",
      "browser.search analysis to=assistant | R3",
      "functions.patch commentary to=assistant | R4",
      "assistant final | A",
    ]);
  });

  test("a result stands behind its call also where the request has a message in between, or the result first", () => {
    const lines = historyOf((history) => {
      history.toolResult("1", "R1", "");
      history.assistant([call("1"), call("2")]);
      history.user("Q");
      history.toolResult("2", "R2", "");
    });
    expect(lines.map((line) => line.split("| ")[1])).toEqual(["{}", "{}", "R1", "R2", "Q"]);
  });

  test("the ids of a later turn may be those of an earlier one", () => {
    const lines = historyOf((history) => {
      history.assistant([call("call_0")]);
      history.toolResult("call_0", "R1", "");
      history.assistant([call("call_0", "functions.g")]);
      history.toolResult("call_0", "R2", "");
    });
    expect(lines).toEqual([
      "assistant commentary to=functions.f <|constrain|>json | {}",
      "functions.f commentary to=assistant | R1",
      "assistant commentary to=functions.g <|constrain|>json | {}",
      "functions.g commentary to=assistant | R2",
    ]);
  });

  test("a turn without parts is none", () => {
    expect(historyOf((history) => history.assistant([], packTokens([1])))).toEqual([]);
  });

  test("the tokens of a turn make it a step of its own", () => {
    const history = new History(new ToolNames());
    history.user("Q");
    history.assistant([{ type: "answer", text: "A" }], packTokens([1, 2]));
    history.assistant([{ type: "answer", text: "B" }], packTokens([]));
    history.assistant([{ type: "answer", text: "C" }], "something else");
    history.assistant([{ type: "answer", text: "D" }], packTokens([3]));
    const steps = history.finish({ options: {} });
    expect(steps.map(({ messages, tokens }) => [messages.length, tokens])).toEqual([
      [2, undefined],
      [1, [1, 2]],
      [2, undefined],
      [1, [3]],
    ]);
  });
});

describe("what the order cannot hold", () => {
  test.each([
    ["a result without a call", (history: History) => history.toolResult("x", "R", "messages[0]"), "messages[0]"],
    [
      "two results of one call",
      (history: History) => {
        history.assistant([call("x")]);
        history.toolResult("x", "R", "messages[1]");
        history.toolResult("x", "R", "messages[2]");
      },
      "messages[2]",
    ],
    [
      "two results before their call",
      (history: History) => {
        history.toolResult("x", "R", "messages[0]");
        history.toolResult("x", "R", "messages[1]");
      },
      "messages[1]",
    ],
    ["two calls of one id in a turn", (history: History) => history.assistant([call("x"), call("x")]), "at x"],
  ])("%s", (_, build, param) => {
    expect(() => historyOf(build)).toThrowError(
      expect.objectContaining({ name: "ApiError", code: "invalid_value", status: 400, param }),
    );
  });

  test("an error shows no more of an id than anybody reads", () => {
    try {
      historyOf((history) => history.toolResult("x".repeat(1e6), "R", ""));
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(300);
    }
  });

  test("a form of the answer that is nested too deeply", () => {
    let schema: unknown = {};
    for (let depth = 0; depth < 200; depth++) schema = { not: schema };
    const finish = (): unknown =>
      new History(new ToolNames()).finish({ options: {} }, { name: "a", schema, path: "response_format.x" });
    expect(finish).toThrowError(
      expect.objectContaining({ name: "ApiError", param: expect.stringMatching(/^response_format\.x\.not/) }),
    );
  });
});

test("the name of the form is a heading, whatever it is", () => {
  const history = new History(new ToolNames());
  const steps = history.finish({ options: {} }, { name: " a\n## b ", schema: {}, description: "D" });
  expect(lineOf(steps[0]!.messages[1]!)).toBe("developer | # Response Formats\n\n## a ## b\n\n// D\n{}");
  const unnamed = history.finish({ options: {} }, { name: "", schema: {} });
  expect(lineOf(unnamed[0]!.messages[1]!)).toBe("developer | # Response Formats\n\n## answer\n\n{}");
});

test("the system message has the settings", () => {
  const [step] = new History(new ToolNames()).finish({
    reasoningEffort: reasoningEffortOf("minimal", "reasoning_effort"),
    options: { conversationStartDate: "2026-11-21", modelIdentity: "I.", knowledgeCutoff: "2025-01" },
  });
  expect(step!.messages[0]!.content).toEqual([
    expect.objectContaining({
      reasoning_effort: "Low",
      conversation_start_date: "2026-11-21",
      model_identity: "I.",
      knowledge_cutoff: "2025-01",
    }),
  ]);
});

describe("reasoning effort", () => {
  test.each([
    ["none", "Low"],
    ["minimal", "Low"],
    ["low", "Low"],
    ["medium", "Medium"],
    ["high", "High"],
    ["xhigh", "High"],
    ["max", "High"],
    [null, undefined],
    [undefined, undefined],
  ])("%s is %s", (word, effort) => {
    expect(reasoningEffortOf(word, "reasoning_effort")).toBe(effort);
  });
  test.each(["extreme", "", 3, {}, "toString"])("%s is an error", (word) => {
    expect(() => reasoningEffortOf(word, "reasoning.effort")).toThrowError(
      expect.objectContaining({ name: "ApiError", param: "reasoning.effort" }),
    );
  });
});

/** A conversation as a client may send it: turns with calls, and all results in any order somewhere behind. */
const turns = fc.array(fc.record({ calls: fc.nat(3), question: fc.boolean() }), { maxLength: 5 });

testProperty(
  "wherever the results are, each follows its call's turn, in the order of the calls",
  [turns, fc.infiniteStream(fc.nat(1_000))],
  (turns, random) => {
    const items: { at: number; add: (history: History) => void }[] = [];
    const expected: string[] = [];
    for (const [turn, { calls, question }] of turns.entries()) {
      const ids = Array.from({ length: calls }, (_, index) => `${turn}.${index}`);
      if (question) {
        items.push({ at: turn, add: (history) => history.user(`Q${turn}`) });
        expected.push(`Q${turn}`);
      }
      const parts: AssistantPart[] = [
        { type: "reasoning", text: `T${turn}` },
        ...ids.map((id) => call(id, "functions.f", id)),
      ];
      items.push({ at: turn, add: (history) => history.assistant(parts) });
      expected.push(`T${turn}`, ...ids, ...ids.map((id) => `R${id}`));
      for (const id of ids) {
        items.push({ at: random.next().value! / 100, add: (history) => history.toolResult(id, `R${id}`, "") });
      }
    }
    items.sort((a, b) => a.at - b.at);
    const lines = historyOf((history) => {
      for (const { add } of items) add(history);
    });
    expect(lines.map((line) => line.split("| ")[1])).toEqual(expected);
  },
  { runs: 3_000 },
);
