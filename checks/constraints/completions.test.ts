import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, test } from "vitest";
import { publishedTokens } from "../../scripts/published-vocabulary.mjs";
import { constraintsFor } from "../../src/constraints.js";
import { HarmonyTextParser, loadHarmonyEncoding } from "../../src/index.js";
import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { CASES, type Case } from "./corpus.js";
import { byLlamaCpp, byWebXgrammar, type Judge } from "./engines.js";

declare module "vitest" {
  interface ProvidedContext {
    python: string;
  }
}

async function wrongVerdicts({ good, bad }: Case, judge: Judge): Promise<string[]> {
  const wrong: string[] = [];
  for (const text of good) if (!(await judge(text))) wrong.push(`refused: ${text}`);
  for (const text of bad) if (await judge(text)) wrong.push(`let through: ${text}`);
  return wrong;
}

describe.each(CASES)("$name", (one) => {
  const constraints = constraintsFor(one.options);

  test("nothing is left out", () => {
    expect(constraints.notes).toEqual([]);
  });

  test("every good completion is read as it was meant", () => {
    for (const text of one.good) {
      const parser = new HarmonyTextParser("assistant");
      parser.process(`${text}<|return|>`);
      parser.finish?.();
      expect(parser.diagnostics, text).toEqual([]);
    }
  });

  test("llama.cpp: the grammar with markers as text", async () => {
    expect(await wrongVerdicts(one, byLlamaCpp(constraints.gbnf.text))).toEqual([]);
  });

  test("llama.cpp: the grammars with markers by id are read", () => {
    byLlamaCpp(constraints.gbnf.strict.grammar);
    if (constraints.gbnf.lazy !== undefined) byLlamaCpp(constraints.gbnf.lazy.grammar);
  });

  test("xgrammar of WebLLM: the older structural tag", async () => {
    expect(await wrongVerdicts(one, await byWebXgrammar(constraints.structuralTagLegacy))).toEqual([]);
  });
});

describe("engines from PyPI, with the tokens of the model", () => {
  const encoding = loadHarmonyEncoding();
  const stop = [200002, 200012, 199999];
  const questions = CASES.map(({ options, good, bad }) => {
    const { lark, structuralTag, stopTokenIds } = constraintsFor(options);
    const completions = [...good, ...bad].map((text) => Array.from(encoding.encode(text, { allowedSpecial: "all" })));
    return { lark, tag: JSON.stringify(structuralTag), stop: stopTokenIds, completions };
  });
  const request = { vocabulary: publishedTokens(), special: Object.fromEntries(SPECIAL_TOKENS), stop, questions };
  const script = fileURLToPath(new URL("verdicts.py", import.meta.url));
  const printed = execFileSync(inject("python"), [script], {
    input: JSON.stringify(request),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = JSON.parse(printed) as Record<"lark" | "tag", number[][]>[];

  describe.each(["tag", "lark"] as const)("%s", (artefact) => {
    test.each(CASES.map((one, index) => ({ ...one, index })))("$name", ({ good, bad, index }) => {
      const verdicts = answers[index]![artefact];
      const wrong = [...good, ...bad].filter((_, at) => verdicts[at]!.length > 0 !== at < good.length);
      expect(wrong).toEqual([]);
      // Whatever has been let through to its end may be ended by each of the stop tokens.
      const allowed = good.flatMap((_, at) =>
        (artefact === "tag" ? questions[index]!.stop : stop).filter((token) => !verdicts[at]!.includes(token)),
      );
      expect(allowed).toEqual([]);
    });
  });
});
