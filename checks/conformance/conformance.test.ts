// Fresh questions, answered by the reference itself and by this package.
//
//   npm run conformance                                  20,000 questions, a random seed
//   HARMONY_RUNS=200000 npm run conformance              a long run
//   HARMONY_SEED=7 npm run conformance                   the same questions again
import { readFileSync } from "node:fs";
import { afterAll, expect, inject, test } from "vitest";
import { HarmonyError } from "../../src/index.js";
import { type Difference, differenceOf } from "../../tests/vectors/differences.js";
import type { Rows } from "../../tests/vectors/rows.js";
import { Oracle } from "./oracle.js";
import { shorterJson, shorterLists, shorterTexts, shrink } from "./shrink.js";

declare module "vitest" {
  interface ProvidedContext {
    /** What setup.mjs made: how to start the reference, and the folder with its answers. */
    conformance: { readonly python: string; readonly env: Readonly<Record<string, string>>; readonly rows: string };
  }
}

const { python, env, rows: folder } = inject("conformance");
const oracle = new Oracle(python, env);
afterAll(() => oracle.close());

/** The kinds of questions that can be made smaller. */
type Asked = "encode" | "decode" | "render" | "render_message" | "parse" | "stream";

const smaller: { readonly [Kind in Asked]: (row: Rows[Kind]) => Iterable<Rows[Kind]> } = {
  encode: (row) => withEach(row, "text", shorterTexts(row.text)),
  decode: (row) => withEach(row, "tokens", shorterLists(row.tokens)),
  render: (row) => withEach(row, "conversation", shorterJson(row.conversation)),
  render_message: (row) => withEach(row, "input", shorterJson(row.input)),
  parse: (row) => withEach(row, "tokens", shorterLists(row.tokens)),
  stream: (row) => withEach(row, "tokens", shorterLists(row.tokens)),
};

function* withEach<Row, Field extends keyof Row>(row: Row, field: Field, values: Iterable<Row[Field]>): Iterable<Row> {
  for (const value of values) yield { ...row, [field]: value };
}

function rowsOf<Kind extends keyof Rows>(kind: Kind): Rows[Kind][] {
  const lines = readFileSync(`${folder}/${kind}.jsonl`, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Rows[Kind]);
}

/** How two answers differ, roughly: whether each of the two answered or refused, and with which error. */
function kindOf(difference: Difference | undefined): string {
  const { reference, ours } = difference ?? {};
  return [reference, ours].map((answer) => (answer instanceof HarmonyError ? answer.code : typeof answer)).join(", ");
}

test.each(Object.keys(smaller) as Asked[])("%s", async <Kind extends Asked>(kind: Kind) => {
  const rows = rowsOf(kind);
  const differing = rows.filter((row) => differenceOf[kind](row) !== undefined);
  console.log(`${kind}: ${rows.length} fresh cases, ${differing.length} differences`);
  for (const row of differing.slice(0, 3)) {
    // A smaller case must fail in the same way: text with two faults is easily refused for one or the other.
    const found = kindOf(differenceOf[kind](row));
    const fails = async (candidate: Rows[Kind]): Promise<boolean> =>
      kindOf(differenceOf[kind](await oracle.answer(kind, candidate))) === found;
    const shrunk = await oracle.answer(kind, await shrink(row, smaller[kind], fails));
    console.log(`${kind}, as a vector: ${JSON.stringify(shrunk)}\n${JSON.stringify(differenceOf[kind](shrunk))}`);
  }
  expect(rows.length).toBeGreaterThan(0);
  expect(differing.length).toBe(0);
});

test("code points", () => {
  const rows = rowsOf("codepoints");
  const differing = rows.filter((row) => differenceOf.codepoints(row) !== undefined);
  console.log(`codepoints: ${rows.length} blocks of 256, ${differing.length} differences`);
  expect(rows.length).toBeGreaterThan(0);
  expect(differing).toEqual([]);
});
