import { describe, expect, test } from "vitest";
import { progressLine } from "../../src/cli/output/progress.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { readVectors } from "../vectors/read.js";
import type { ParseRow, RenderRow } from "../vectors/rows.js";
import { conversations } from "./conversations.js";
import { runHere, type World } from "./world.js";

const encoding = loadHarmonyEncoding();

describe("the reference's recorded answers", () => {
  const rows = readVectors<RenderRow>("render").filter(({ conversation }) => !conversation.includes("\n"));

  test.each([
    ["conversation", []],
    ["training", ["--training"]],
    ["completion", ["--completion", "assistant"]],
  ] as const)("render: %s", async (op, options) => {
    for (const drops of [true, false]) {
      const asked = rows.filter(
        (row) =>
          row.op === op && row.auto_drop_analysis === drops && (op !== "completion" || row.next_role === "assistant"),
      );
      expect(asked.length).toBeGreaterThan(10);
      const argv = ["render", ...options, "--analysis", drops ? "reference" : "all", "--quiet"];
      const { stdout, stderr } = await runHere(argv, asked.map(({ conversation }) => `${conversation}\n`).join(""));
      const good = asked.filter(({ tokens }) => tokens !== undefined);
      expect(stdout.trimEnd().split("\n")).toEqual(good.map(({ tokens }) => JSON.stringify(tokens)));
      // Each of the others is reported under its line.
      const refused = asked.flatMap(({ tokens }, index) => (tokens === undefined ? [index + 1] : []));
      expect([...stderr.matchAll(/^-:(\d+): /gm)].map(([, line]) => Number(line))).toEqual(refused);
    }
  });

  test.each([true, false])("parse: strict %s", async (strict) => {
    const asked = readVectors<ParseRow>("parse").filter((row) => row.strict === strict && row.role === "assistant");
    expect(asked.length).toBeGreaterThan(10);
    const argv = ["parse", "--mode", strict ? "strict" : "permissive", "--quiet"];
    const { stdout, stderr } = await runHere(argv, asked.map(({ tokens }) => `${JSON.stringify(tokens)}\n`).join(""));
    const good = asked.filter(({ messages }) => messages !== undefined);
    const expected = good.map(({ tokens }) => ({
      messages: encoding.parseMessagesFromCompletionTokens(tokens, "assistant", { strict }),
    }));
    expect(stdout.trimEnd().split("\n")).toEqual(expected.map((messages) => JSON.stringify(messages)));
    expect(expected.map(({ messages }) => messages.map(({ role }) => role))).toEqual(
      good.map(({ messages }) => messages!.map(({ role }) => role)),
    );
    expect(stderr.split("\n").filter((line) => /^-:\d+: /.test(line))).toHaveLength(asked.length - good.length);
  });
});

describe("render", () => {
  const conversation = {
    messages: [
      { role: "user", content: "Hi <|end|>" },
      { role: "assistant", channel: "analysis", content: "Hm." },
      { role: "assistant", channel: "final", content: "Hello." },
    ],
  };
  const input = `${JSON.stringify(conversation)}\n`;

  test("ids, binary ids and JSON say the same, and decode reads each of them", async () => {
    const json = (await runHere(["render"], input)).stdout;
    const text = JSON.parse((await runHere(["decode"], json)).stdout);
    expect(text).toBe(encoding.decode(JSON.parse(json)));
    const ids = (await runHere(["render", "-f", "ids"], input)).stdout;
    expect((await runHere(["decode"], ids)).stdout).toBe(text);
    expect(ids.trim().split(" ")).toEqual(JSON.parse(json).map(String));
    const bytes = JSON.parse(json).flatMap((id: number) => [id & 255, (id >> 8) & 255, id >> 16, 0]);
    expect((await runHere(["decode"], Uint8Array.from(bytes))).stdout).toBe(text);
  });

  test("--parts says where each token comes from", async () => {
    const { stdout } = await runHere(["render", "--parts", "--completion", "assistant"], input);
    expect(JSON.parse(stdout)).toEqual(
      encoding.renderConversationWithParts(conversation as never, { nextTurnRole: "assistant" }),
    );
  });

  test("the view has a line a message", async () => {
    const { stdout } = await runHere(["render", "-f", "view", "--analysis", "all"], input);
    expect(stdout).toBe(
      "<|start|>user<|message|>Hi <|end|><|end|>\n<|start|>assistant<|channel|>analysis<|message|>Hm.<|end|>\n" +
        "<|start|>assistant<|channel|>final<|message|>Hello.<|end|>\n",
    );
  });

  test.each([
    ["a pipe", {}, [], false],
    ["a terminal", { isTerminal: true }, [], true],
    ["a terminal and NO_COLOR", { isTerminal: true, env: { NO_COLOR: "1" } }, [], false],
    ["a terminal and an empty NO_COLOR", { isTerminal: true, env: { NO_COLOR: "" } }, [], true],
    ["a pipe and FORCE_COLOR", { env: { FORCE_COLOR: "1" } }, [], true],
    ["a terminal and FORCE_COLOR=0", { isTerminal: true, env: { FORCE_COLOR: "0" } }, [], false],
    ["a dumb terminal", { isTerminal: true, env: { TERM: "dumb" } }, [], false],
    ["--color always", { env: { NO_COLOR: "1" } }, ["--color", "always"], true],
    ["--color never", { isTerminal: true }, ["--color", "never"], false],
  ] as [string, World, string[], boolean][])("colour: %s", async (_where, world, options, isColored) => {
    const { stdout } = await runHere(["render", "-f", "view", "-q", ...options], input, world);
    expect(stdout.includes("\u001b[36m<|start|>\u001b[0m")).toBe(isColored);
  });
});

describe("parse", () => {
  const good = '"<|channel|>final<|message|>Four.<|return|>"';
  const odd = '"<|channel|>analysis<|channel|>final<|message|>Five.<|return|>"';

  test("departures are reported with their line, or in the JSON, or not at all", async () => {
    const input = `${good}\n${odd}\n`;
    const reported = await runHere(["parse"], input);
    expect(reported.code).toBe(0);
    expect(reported.stderr).toMatch(/^-:2: characters \d+ to \d+: .* ignored \(repeated-channel\)$/m);
    const inside = await runHere(["parse", "--diagnostics", "json", "-q"], input);
    expect(inside.stderr).toBe("");
    const lines = inside.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ diagnostics }) => diagnostics.length)).toEqual([0, 1]);
    expect((await runHere(["parse", "--diagnostics", "none", "-q"], input)).stderr).toBe("");
  });

  test("the tools decide what is a call", async () => {
    const call = '"<|channel|>commentary get_weather json<|message|>{}<|call|>"\n';
    const { stdout } = await runHere(["parse", "--tools", "functions.get_weather,python", "-q"], call);
    expect(JSON.parse(stdout).messages[0].recipient).toBe("functions.get_weather");
  });

  test("what it writes, render reads", async () => {
    const parsed = await runHere(["parse", "-q"], `${good}\n`);
    const rendered = await runHere(["render", "-q", "-f", "text"], parsed.stdout);
    expect(JSON.parse(rendered.stdout)).toBe("<|start|>assistant<|channel|>final<|message|>Four.<|end|>");
  });

  test("text without its markers is read by its words", async () => {
    const { stdout } = await runHere(["parse", "--markers-dropped", "--final"], "analysisWe think.assistantfinalFour");
    expect(stdout).toBe("Four\n");
  });

  test("options that the mode would ignore are refused", async () => {
    const { code, stderr } = await runHere(["parse", "--mode", "strict", "--tools", "a"], "");
    expect({ code, stderr }).toEqual({ code: 2, stderr: "harmony-format parse: --tools needs --mode resilient\n" });
  });
});

describe("check", () => {
  test("conversations, completions and bad JSON in one file", async () => {
    const input = [
      '{"messages": [{"role": "user", "content": "Hi"}]}',
      '{"messages": [{"role": "system", "content": "Be good."}]}',
      '{"tokens": [200005, 17196, 200008, 999]}',
      '"<|channel|>final<|message|>x<|end|><|end|>"',
      "{",
    ].join("\n");
    const { code, stdout, stderr } = await runHere(["check"], input);
    expect(code).toBe(1);
    expect(stdout.split("\n").map((line) => line.replace(/: .*\(/, " ("))).toEqual([
      "-:2 (plain-instructions)",
      "-:4 (stray-stop)",
      "-:5 (invalid-json)",
      "",
    ]);
    expect(stdout).toContain("-:2: messages[0].content: is plain text, ");
    expect(stderr).toBe("check: 5 records, 2 findings, 1 that cannot be read\n");
  });

  test("what is in order says nothing", async () => {
    const input = conversations(20, 3)
      .map((conversation) => `${JSON.stringify(conversation)}\n`)
      .join("");
    expect(await runHere(["check", "-q"], input)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("as JSON, and as GitHub's annotations", async () => {
    const input = '{"messages": [{"role": "system", "content": "a"}]}\n{}\n';
    const { stdout } = await runHere(["check", "-q", "-f", "json"], input);
    const [finding] = stdout.split("\n");
    expect(JSON.parse(finding!)).toMatchObject({ file: "-", line: 1, place: "messages[0].content", kind: "finding" });
    const annotated = await runHere(["check", "-q", "-f", "github"], input);
    expect(annotated.stdout).toMatch(
      /^::error line=1,title=plain-instructions::messages\[0\]\.content: is plain text, /,
    );
  });
});

describe("tokens and count", () => {
  const text = "naïve 雨傘 🙂 <|end|>";

  test("the pieces of a text add up to it", async () => {
    const { tokens, pieces } = JSON.parse((await runHere(["tokens", "-f", "json", "--text", text])).stdout);
    expect(tokens).toEqual(encoding.tokenizer.encodeOrdinary(text));
    const bytes = pieces.flatMap((piece: string | number[]) =>
      typeof piece === "string" ? [...Buffer.from(piece)] : piece,
    );
    expect(Buffer.from(bytes).toString()).toBe(text);
    expect((await runHere(["tokens", "-f", "view", "--text", text])).stdout.replaceAll("|", "")).toBe(
      `${text.replaceAll("|", "")}\n`,
    );
    expect((await runHere(["count"], text)).stdout).toBe(`${tokens.length}\n`);
  });

  test("JSONL of texts", async () => {
    const { stdout } = await runHere(["tokens", "-i", "jsonl", "-f", "ids", "-q"], '"Hello"\n"a b"\n');
    expect(stdout).toBe("13225\n64 287\n");
  });

  test("the counts of messages and sections add up", async () => {
    const all = conversations(10, 9);
    const input = all.map((conversation) => `${JSON.stringify(conversation)}\n`).join("");
    const options = ["--completion", "assistant", "--analysis", "all", "-f", "json", "-q"];
    const lines = (stdout: string): { tokens: number; next: number; messages: Record<string, number>[] }[] =>
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
    const totals = lines((await runHere(["count", ...options], input)).stdout).map(({ tokens }) => tokens);
    expect(totals).toEqual(
      all.map((conversation) =>
        encoding.countConversationTokens(conversation, { keepAnalysis: "all", nextTurnRole: "assistant" }),
      ),
    );
    for (const by of ["message", "section"]) {
      const counted = lines((await runHere(["count", "--by", by, ...options], input)).stdout);
      expect(counted.map(({ tokens }) => tokens)).toEqual(totals);
      for (const { tokens, next, messages } of counted) {
        expect(messages.reduce((sum, message) => sum + message.tokens!, next)).toBe(tokens);
        if (by === "section") {
          for (const { tokens: own, header, content, terminator } of messages)
            expect(header! + content! + terminator!).toBe(own);
        }
      }
    }
  });
});

describe("schema and constrain", () => {
  test("a schema keeps the order of its keys and the spelling of its numbers", async () => {
    const schema = '{"type":"object","properties":{"10":{"type":"number","default":1.0},"2":{"type":"string"}}}';
    expect((await runHere(["schema"], schema)).stdout).toBe("{\n10?: number, // default: 1.0\n2?: string,\n}\n");
  });

  test("a namespace, and a list of tools", async () => {
    const namespace = '{"name":"browser","description":"Browses.","tools":[{"name":"open","description":"Opens."}]}';
    expect((await runHere(["schema"], namespace)).stdout).toContain(
      "namespace browser {\n\n// Opens.\ntype open = () => any;",
    );
    expect((await runHere(["schema"], '[{"name":"a","description":""},{"name":"b","description":""}]')).stdout).toMatch(
      /type a.*type b/s,
    );
  });

  test("each artefact is that of the library, and what GBNF lets through is said", async () => {
    const tool = {
      name: "f",
      description: "",
      parameters: { type: "object", properties: { n: { type: "integer", multipleOf: 5 } } },
    };
    const { constraintsFor } = await import("../../src/constraints.js");
    const all = constraintsFor({ tools: [tool] });
    const { stdout, stderr, code } = await runHere(["constrain"], JSON.stringify(tool));
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(all)));
    expect(stderr).toBe(
      "constrain: tools[0].parameters.properties.n.multipleOf: numbers that are not multiples are let through; check it after parsing\n",
    );
    expect(code).toBe(0);
    expect((await runHere(["constrain", "-f", "lark"], JSON.stringify([tool]))).stdout.trim()).toBe(all.lark.trim());
    expect(JSON.parse((await runHere(["constrain", "-f", "gbnf-lazy"], JSON.stringify(tool))).stdout)).toEqual(
      all.gbnf.lazy,
    );
    const missing = await runHere(["constrain", "-f", "two-phase"], JSON.stringify(tool));
    expect(missing).toMatchObject({ code: 1, stdout: "" });
    expect(missing.stderr).toMatch(/two phases need exactly one kind of message/);
  });
});

describe("progress", () => {
  const line = `${JSON.stringify(conversations(1, 1)[0])}\n`;

  test("is drawn on a terminal when it takes long, and taken away", async () => {
    const pieces = Array.from({ length: 8 }, () => line);
    const { stderr } = await runHere(["render", "-"], pieces, { isTerminal: true, delay: 250 });
    const drawn = stderr.replaceAll("\r\u001b[K", "<clear>");
    expect(drawn).toMatch(/<clear>[\d.]+ MB, \d records, [\d.]+ MB\/s/);
    expect(drawn).toMatch(/<clear>render: 8 conversations, [\d,]+ tokens\n$/);
    expect((await runHere(["render", "-q"], pieces, { isTerminal: true, delay: 250 })).stderr).toBe(
      "reading what you type; Ctrl-D ends it\n",
    );
    expect((await runHere(["render"], pieces, { delay: 250 })).stderr).toMatch(/^render: 8/);
  });

  test("a bar with rate and time left, that fits the line", () => {
    expect(progressLine(25e6, 100e6, 12_345, 5, 79)).toBe(
      "[=======                       ]  25%  12,345 records, 5.0 MB/s, 15 s left",
    );
    expect(progressLine(1e9, 1e10, 1, 1000, 60)).toMatch(/ 2:30:00 left$/);
    for (const columns of [10, 30, 50, 200])
      expect(progressLine(1, 100, 1e9, 50, columns).length).toBeLessThanOrEqual(columns);
    expect(progressLine(5e5, undefined, 2, 1, 79)).toBe("0.5 MB, 2 records, 0.5 MB/s");
  });
});
