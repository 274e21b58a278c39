import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as zlib from "node:zlib";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { loadHarmonyEncoding } from "../../src/index.js";
import { conversations } from "./conversations.js";
import { FOLDER, shell } from "./processes.js";

// What is read and written, as a user has it: files, pipes, compression, bad data, full disks.

const encoding = loadHarmonyEncoding();
const LINES: readonly string[] = conversations(60, 1).map((conversation) => JSON.stringify(conversation));
const TEXT = `${LINES.join("\n")}\n`;
const RENDERED = LINES.map((line) => `${JSON.stringify(encoding.renderConversation(JSON.parse(line)))}\n`).join("");

function put(name: string, data: string | Uint8Array): void {
  writeFileSync(`${FOLDER}/${name}`, data);
}

function get(name: string): string {
  return readFileSync(`${FOLDER}/${name}`, "utf8");
}

beforeAll(() => {
  put("a.jsonl", TEXT);
  put("a.jsonl.gz", gzipSync(TEXT));
  put("one.json", JSON.stringify(JSON.parse(LINES[0]!), undefined, 2));
});

describe("input", () => {
  test("a file, standard input, a dash, gzip by content: all the same", () => {
    for (const line of [
      "render -q a.jsonl",
      "render -q < a.jsonl",
      "render -q - < a.jsonl",
      "render -q a.jsonl.gz",
      "render -q < a.jsonl.gz",
    ]) {
      expect(shell(`harmony-format ${line}`), line).toMatchObject({ code: 0, stdout: RENDERED, stderr: "" });
    }
  });

  test("several files, one after the other", () => {
    const { stdout } = shell("harmony-format render -q one.json a.jsonl.gz - < a.jsonl");
    expect(stdout).toBe(`${RENDERED.split("\n")[0]}\n${RENDERED}${RENDERED}`);
  });

  test("gzip of several members, as cat makes it", () => {
    const { stdout } = shell("cat a.jsonl.gz a.jsonl.gz | harmony-format render -q");
    expect(stdout).toBe(RENDERED + RENDERED);
  });

  test("zstd where the runtime has it, otherwise a remedy", () => {
    const { zstdCompressSync } = zlib as { zstdCompressSync?: (data: string) => Uint8Array };
    // A frame without data is enough to be recognised.
    put("a.zst", zstdCompressSync?.(TEXT) ?? Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0));
    const { stdout, stderr, code } = shell("harmony-format render -q a.zst");
    if (zstdCompressSync !== undefined) expect(stdout).toBe(RENDERED);
    else {
      expect(code).toBe(3);
      expect(stderr).toMatch(/^harmony-format render: a\.zst: is compressed with zstd, .*zstd -dc\n$/);
    }
  });

  test("a byte order mark, line ends of Windows, blank lines, and no line end at the end", () => {
    const { stdout, code } = shell("harmony-format render -q", `\ufeff\r\n${LINES.join("\r\n\r\n")}`);
    expect(code).toBe(0);
    expect(stdout).toBe(RENDERED);
  });

  test("a line longer than a chunk, and one that ends with it", () => {
    const long = JSON.stringify({ messages: [{ role: "user", content: "long ".repeat(200_000) }] });
    const { stdout } = shell("harmony-format count -q", `${LINES[0]}\n${long}\n${LINES[1]}`);
    expect(stdout.split("\n").map(Number).slice(0, 3)).toEqual(
      [LINES[0]!, long, LINES[1]!].map((line) => encoding.countConversationTokens(JSON.parse(line))),
    );
  });

  test("a line is answered as soon as it has arrived", () => {
    const ask = `coproc harmony-format render -q
      echo '${LINES[0]}' >&"\${COPROC[1]}"; read -r -t 20 -u "\${COPROC[0]}" answer; echo "$answer"
      echo '${LINES[1]}' >&"\${COPROC[1]}"; read -r -t 20 -u "\${COPROC[0]}" answer; echo "$answer"`;
    for (const jobs of ["", " -j 2"]) {
      const { stdout } = shell(ask.replace("-q", `-q${jobs}`));
      expect(stdout).toBe(`${RENDERED.split("\n").slice(0, 2).join("\n")}\n`);
    }
  });
});

describe("bad input is one line with the remedy, and never a stack trace", () => {
  const cases: readonly [what: string, line: string, code: number, stderr: RegExp, input?: string | Uint8Array][] = [
    ["a missing file", "render nothing.jsonl", 3, /nothing\.jsonl: no such file; check the name/],
    ["a folder", "render .", 3, /\.: is a folder; name the files in it/],
    [
      "a cut gzip",
      "render",
      3,
      /standard input: the compressed data end too soon; copy/,
      gzipSync(TEXT).subarray(0, 300),
    ],
    ["a broken gzip", "render", 3, /standard input: the compressed data are broken; copy/, broken(gzipSync(TEXT))],
    [
      "UTF-16",
      "render",
      3,
      /standard input: is text in UTF-16; convert it with iconv/,
      Buffer.from("\ufeff{}", "utf16le"),
    ],
    [
      "bytes that are not UTF-8",
      "render",
      1,
      /^-:1: is not text in UTF-8; .*\(invalid-utf8\)$/,
      Uint8Array.of(0x7b, 0xff),
    ],
    ["a cut document", "render -i json", 1, /^-:2: column 4: .*JSON.*\(invalid-json\)$/, '{\n"a"'],
    [
      "an id out of range",
      "decode",
      1,
      /^-: token 1: Invalid token for decoding: 4000000000; .*\(unknown-token\)$/,
      "1 4000000000",
    ],
    ["what is not an id", "decode", 1, /^-: number 2: "x1" is not an id; .*\(not-an-id\)$/, "1 x1"],
    ["a negative id", "decode", 1, /^-:1: \[1\]: -5 is not an id; .*\(not-an-id\)$/, "[1,-5]"],
    [
      "half an id",
      "decode -i u32le",
      1,
      /^-: 6 bytes are not a whole number of 32-bit ids; .*\(cut-id\)$/,
      Uint8Array.of(1, 0, 0, 0, 1, 0),
    ],
    ["an unknown command", "rendr", 2, /unknown command rendr; did you mean render\?/],
    ["an unknown option", "render --fromat json", 2, /unknown option --fromat; did you mean --format\?/],
    ["a value that does not exist", "render -f jsn", 2, /-f cannot be jsn; did you mean json\?/],
    ["a number that is none", "render -j two", 2, /-j cannot be two; it takes a whole number from 1 on/],
    ["an option twice", "render -f json -f ids", 2, /-f is given twice; give it once/],
    ["a missing value", "render --output", 2, /--output needs a value: the name of a file/],
    ["a value too many", "render --strict=yes", 2, /--strict takes no value; write --strict alone/],
    [
      "options that exclude each other",
      "render --training --completion user",
      2,
      /--training and --completion exclude each other/,
    ],
    ["standard input twice", "render - -", 2, /standard input \(-\) can be read only once/],
    ["--resume without --output", "render --resume", 2, /--resume needs --output FILE/],
    ["a full disk", "render a.jsonl > /dev/full", 3, /standard output: no space left on the device; free some/],
    [
      "a full disk for --output",
      "render -o /dev/full a.jsonl",
      3,
      /\/dev\/full: no space left on the device; free some/,
    ],
    [
      "a full disk for --errors",
      "render -q --errors /dev/full",
      3,
      /\/dev\/full: no space left on the device/,
      "bad\nbad\n",
    ],
    ["a folder that does not exist", "render -o nowhere/x a.jsonl", 3, /nowhere\/x: no such folder; make it first/],
    ["an output that is a folder", "render -o . a.jsonl", 3, /\.: is a folder; give the name of a file in it/],
    ["shards without a folder", "train -f shards a.jsonl", 2, /--format shards needs --output FOLDER/],
    ["no completion to explain", "explain", 1, /standard input: is empty/],
    [
      "an answer of a chat endpoint",
      "explain",
      1,
      /this answer is of a chat endpoint, .*ask a completion endpoint/,
      '{"choices":[{"message":{"content":"x"}}]}',
    ],
    [
      "an answer that is an error",
      "explain",
      1,
      /the engine answered with an error: out of memory/,
      '{"error":{"message":"out of memory"}}',
    ],
    ["a conversation to parse", "parse", 1, /this is a conversation, not a completion; .*render/, '{"messages":[]}'],
    [
      "text in strict mode",
      "parse --mode strict",
      1,
      /is a text, which the mode strict does not read; give ids/,
      "<|end|>",
    ],
    [
      "tools of OpenAI's API",
      "constrain",
      1,
      /is in the form of OpenAI's API, .*jq '\[\.\[\]\.function\]'/,
      '[{"type":"function","function":{}}]',
    ],
    ["a schema where tools belong", "constrain", 1, /must be a tool, .*--schema/, '{"type":"object"}'],
    ["a tool that does not exist", "constrain --choice a --tool-choice f", 2, /--tool-choice f needs tools/],
    ["a shell that does not exist", "completion tcsh", 2, /name one shell: bash, zsh or fish/],
  ];

  test.each(cases)("%s", (_what, line, code, pattern, input = "") => {
    const outcome = shell(`harmony-format ${line}`, input);
    const lines = outcome.stderr.trimEnd().split("\n");
    expect(
      lines.filter((text) => pattern.test(text)),
      outcome.stderr,
    ).toHaveLength(1);
    expect(outcome.stderr).not.toMatch(/^\s+at |node:internal|defect/m);
    // Beside it there is at most the summary.
    expect(lines.length).toBeLessThanOrEqual(2 + (line.includes("errors") ? 1 : 0));
    expect(outcome.code).toBe(code);
  });
});

function broken(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index > 100 && index < 130 ? 255 - byte : byte));
}

describe("bad lines", () => {
  const input = [
    LINES[0],
    '{"messages": [{"role": "user", "content": 5}]}',
    "nonsense",
    LINES[1],
    '{"messages": [',
  ].join("\n");
  const good = RENDERED.split("\n").slice(0, 2).join("\n");

  test("are reported with file, line and path, counted, and stop nothing", () => {
    put("bad.jsonl", input);
    const { code, stdout, stderr } = shell("harmony-format render bad.jsonl");
    expect(code).toBe(1);
    expect(stdout).toBe(`${good}\n`);
    const lines = stderr.split("\n");
    expect(lines[0]).toMatch(/^bad\.jsonl:2: messages\[0\]\.content: a number where .* \(wrong-type\)$/);
    expect(lines[1]).toMatch(/^bad\.jsonl:3: column 1: .* \(invalid-json\)$/);
    expect(lines[2]).toMatch(/^bad\.jsonl:5: .* \(invalid-json\)$/);
    expect(lines[3]).toMatch(/^render: 5 conversations, \d+ tokens, 3 bad and left out$/);
  });

  test("the lines of a second file are counted from 1", () => {
    const { stderr } = shell("harmony-format render a.jsonl bad.jsonl");
    expect(stderr).toMatch(/^bad\.jsonl:2: /);
  });

  test("--strict stops at the first", () => {
    for (const jobs of [1, 2]) {
      const { code, stdout, stderr } = shell(`harmony-format render --strict -j ${jobs} bad.jsonl`);
      expect(code).toBe(1);
      expect(stdout).toBe(`${good.split("\n")[0]}\n`);
      expect(stderr).toMatch(/^bad\.jsonl:2: .*\nrender: 2 conversations, .*stopped at the first bad one\n$/);
    }
  });

  test("--errors collects them", () => {
    const { stderr, code } = shell("harmony-format render --errors bad.errors bad.jsonl -q > /dev/null");
    expect({ stderr, code }).toEqual({ stderr: "", code: 1 });
    const errors = get("bad.errors")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(errors.map(({ file, line, code: what }) => [file, line, what])).toEqual([
      ["bad.jsonl", 2, "wrong-type"],
      ["bad.jsonl", 3, "invalid-json"],
      ["bad.jsonl", 5, "invalid-json"],
    ]);
  });

  test("what a line quotes cannot command a terminal", () => {
    const { stderr } = shell("harmony-format render", '{"messages": [{"role": "\\u001b[31m\\u0007", "content": ""}]}');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(stderr).toContain("\\u001b[31m");
  });
});

describe("output", () => {
  test("--output appears complete, and nothing is left beside it", () => {
    mkdirSync(`${FOLDER}/out`);
    expect(shell("harmony-format render -q -o out/x a.jsonl")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(shell("ls -A out").stdout).toBe("x\n");
    expect(get("out/x")).toBe(RENDERED);
  });

  test("an output that exists is replaced at the end, and may be the input", () => {
    put("same.jsonl", TEXT);
    expect(shell("harmony-format render -q -o same.jsonl same.jsonl").code).toBe(0);
    expect(get("same.jsonl")).toBe(RENDERED);
  });

  test("a symbolic link stays one", () => {
    put("real", "");
    shell("ln -sf real link && harmony-format render -q -o link a.jsonl");
    expect(shell("readlink link").stdout).toBe("real\n");
    expect(get("real")).toBe(RENDERED);
  });

  test("a pipe as --output is written as it is", () => {
    const { stdout } = shell("mkfifo pipe; harmony-format render -q -o pipe a.jsonl & cat pipe; wait");
    expect(stdout).toBe(RENDERED);
    expect(existsSync(`${FOLDER}/pipe.partial`)).toBe(false);
  });

  test("a pipe of the shell as --output or --errors is written as it is", () => {
    expect(shell("harmony-format render -q -o /dev/fd/3 a.jsonl 3>&1 | cat").stdout).toBe(RENDERED);
    expect(shell("echo '{}' | harmony-format render -q -i jsonl --errors >(cat) | cat").stdout).toMatch(
      /^{"file":"-","line":1,/,
    );
  });

  test("a reader that leaves is no error, and is not spoken of", () => {
    for (const jobs of [1, 2]) {
      const many = "for i in {1..400}; do cat a.jsonl; done";
      const line = `(${many}) | (harmony-format render -q -j ${jobs}; echo "code $?" >&2) | head -c 20 > /dev/null`;
      const { stderr } = shell(line);
      expect(stderr.replace(/.*Broken pipe.*\n/g, "")).toBe("code 0\n");
    }
  });

  test("a slow reader gets all of it", () => {
    const sum = createHash("sha256").update(RENDERED.repeat(40)).digest("hex");
    const many = "for i in {1..40}; do cat a.jsonl; done";
    const { stdout } = shell(`(${many}) | harmony-format render -q -j 2 | (sleep 1; sha256sum)`);
    expect(stdout).toBe(`${sum}  -\n`);
  });

  test("--jobs changes no byte of the output or of the errors", () => {
    const input = Array.from({ length: 400 }, (_, index) =>
      index % 37 === 5 ? "bad" : LINES[index % LINES.length],
    ).join("\n");
    put("mixed.jsonl", input);
    const outcomes = [1, 2, 5].map((jobs) => shell(`harmony-format render -j ${jobs} mixed.jsonl`));
    expect(outcomes[0]!.stdout.length).toBeGreaterThan(10_000);
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]).toEqual(outcomes[0]);
  });
});
