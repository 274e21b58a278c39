import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readCompletions } from "../../src/cli/completions/read-completion.js";
import { REMEDIES } from "../../src/cli/completions/remedies.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { shell } from "./processes.js";
import { runHere } from "./world.js";

const encoding = loadHarmonyEncoding();

function recorded(name: string): string {
  return readFileSync(new URL(`recorded/${name}`, import.meta.url), "utf8");
}

/** The texts of the completions in what an engine answered. */
function textsOf(answer: string): (string | undefined)[] {
  const format = /^\s*[[{]/.test(answer) && !answer.trimEnd().includes("\n") ? "json" : "text";
  return readCompletions({ format, text: answer }).map(({ tokens, text }) =>
    tokens === undefined ? text : encoding.decode(tokens),
  );
}

describe("what engines answered is recognised by its content", () => {
  const answer =
    "<|channel|>analysis<|message|>بور Noble복 acudir სახ 花 destroys<boost auala rahat буквyttäreated sumar feminist461<|end|>" +
    "<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>Tid.average<|call|>";

  test("llama-server, whole and streamed, with the token that the text lacks", () => {
    expect(textsOf(recorded("llama-server.txt"))).toEqual([answer]);
    expect(textsOf(recorded("llama-server-stream.txt"))).toEqual([answer]);
  });

  test("llama-server's OpenAI endpoint with verbose", () => {
    expect(textsOf(recorded("llama-server-v1.txt"))[0]).toMatch(/^<\|channel\|>analysis.* давам<\|call\|>$/s);
  });

  test("llama-server's answer to several prompts", () => {
    expect(textsOf(recorded("llama-server-several.txt"))).toHaveLength(2);
  });

  test("events about the reading of the prompt hold no ids of the completion", () => {
    expect(textsOf(recorded("llama-server-stream-progress.txt"))).toEqual(["<|channel|>analysis"]);
  });

  test("a stream that has lost ids is read as text, and says so", async () => {
    const stream = recorded("llama-server-stream-lossy.txt");
    expect(textsOf(stream)).toEqual(["<|channel|>final<|message|>🙂𠮷 हिa"]);
    const { stdout } = await runHere(["explain"], stream);
    expect(stdout).toContain("The stream lacks 7 of 16 ids");
    expect(stdout).toContain("terminator  return, which the engine kept");
  });

  test("vLLM, whole and streamed, and its endpoint of tokens", () => {
    const [whole] = textsOf(recorded("vllm.txt"));
    expect(whole).toMatch(/^<\|channel\|>analysis<\|message\|>.*<\|call\|>$/s);
    for (const name of ["vllm-stream.txt", "vllm-generate.txt", "vllm-generate-stream.txt"]) {
      expect(textsOf(recorded(name)), name).toEqual([whole]);
    }
  });

  // SGLang and Ollama do not run on the machines of this project: these are the fields that their sources have.
  test("SGLang, whole, and streamed with all or with what is new", () => {
    const ids = encoding.encode("<|channel|>final<|message|>Hi there.<|return|>", { allowedSpecial: "all" });
    const event = (output_ids: readonly number[], text: string, finish: unknown = null): string =>
      `data: ${JSON.stringify({ text, output_ids, meta_info: { finish_reason: finish, completion_tokens: 1 } })}\n\n`;
    const end = { type: "stop", matched: 200002 };
    const all = ids.map((_, index) => event(ids.slice(0, index + 1), "x".repeat(index), end)).join("");
    const fresh = ids.map((id) => event([id], "x")).join("");
    for (const stream of [all, fresh]) {
      expect(textsOf(`${stream}data: [DONE]\n\n`)).toEqual(["<|channel|>final<|message|>Hi there.<|return|>"]);
    }
    expect(textsOf(JSON.stringify({ text: "", output_ids: ids, meta_info: {} }))).toHaveLength(1);
  });

  test("Ollama, streamed line by line", () => {
    const log = ["<|channel|>final<|message|>", "Hi", ""]
      .map((response, index) => JSON.stringify({ model: "gpt-oss", response, done: index === 2, done_reason: "stop" }))
      .join("\n");
    const [completion] = readCompletions({ format: "text", text: log });
    expect(completion).toMatchObject({ text: "<|channel|>final<|message|>Hi", reason: "stop", engine: "Ollama" });
  });

  test("with the headers that curl -i saves, and with CRLF", () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    expect(textsOf(head + recorded("llama-server-stream.txt").replaceAll("\n", "\r\n"))).toEqual([answer]);
    expect(textsOf(`${head}${recorded("llama-server.txt")}`)).toEqual([answer]);
  });

  test("a stream that was cut, and one that ends in an error", () => {
    const cut = recorded("llama-server-stream.txt").split("\n\n").slice(0, 3).join("\n\n");
    expect(textsOf(`${cut}\n\n`)).toEqual(["<|channel|>analysis<|message|>"]);
    expect(() => textsOf('data: {"error":{"code":500,"message":"no slot"}}\n\n')).toThrow(/no slot/);
  });
});

describe("the view", () => {
  const completion =
    "<|channel|>analysis<|channel|>analysis<|message|>Hm.\nTwo lines.<|end|>assistantassistant<|channel|>final<|message|>Four.<|return|>oh";

  test("each departure stands under its place, with what was done and the remedy", async () => {
    const { stdout, code } = await runHere(["explain"], completion);
    expect(code).toBe(0);
    expect(stdout).toMatchSnapshot();
  });

  test("the same of ids, in colour", async () => {
    const ids = encoding.encode(completion, { allowedSpecial: "all" }).join(" ");
    const { stdout } = await runHere(["explain", "--color", "always"], ids);
    expect(stdout).toMatchSnapshot();
  });

  test("as JSON it has every span", async () => {
    const { stdout } = await runHere(["explain", "--format", "json"], completion);
    const explained = JSON.parse(stdout);
    expect(explained).toMatchObject({ unit: "characters", length: completion.length });
    expect(explained.messages.map(({ ending }: { ending: string }) => ending)).toEqual(["end", "return"]);
    for (const { header, content, terminator } of explained.messages) {
      for (const { span, text } of [header, content, terminator])
        expect(completion.slice(...(span as [number, number]))).toBe(text);
    }
    expect(explained.diagnostics.length).toBeGreaterThan(2);
  });

  test("ids that are none are shown, and nothing that the model wrote commands the terminal", async () => {
    const unknown = await runHere(["explain"], "200005 17196 200008 999999");
    expect(unknown.stdout).toContain("content     <unknown id 999999>");
    const hostile = await runHere(["explain"], "<|channel|>final<|message|>\u001b[2Jx\u202e<|return|>");
    expect(hostile.stdout).toContain("content     \\u001b[2Jx\\u202e\n");
  });
});

describe("remedies", () => {
  const page = readFileSync(new URL("../../docs/diagnostics.md", import.meta.url), "utf8");

  test.each(Object.entries(REMEDIES))("%s: as docs/diagnostics.md has it", (code, remedy) => {
    const section = page.split(/^### /m).find((text) => text.startsWith(`\`${code}\`\n`));
    expect(section?.replace(/\s+/g, " ")).toContain(`**Avoid:** ${remedy}`);
  });
});

test("parse reads the same answers, a line each", () => {
  const line = recorded("llama-server.txt").trim();
  const { stdout, stderr } = shell(
    "harmony-format parse -q --final",
    `${line}\n${JSON.stringify("<|channel|>final<|message|>4")}\n`,
  );
  expect(stderr).toBe("");
  expect(stdout).toBe('null\n"4"\n');
});
