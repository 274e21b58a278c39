import { afterAll, expect, test } from "vitest";
import { HarmonyError } from "../src/index.js";
import { type Difference, differenceOf } from "../tests/vectors/differences.js";
import { readVectors } from "../tests/vectors/read.js";
import type { Rows } from "../tests/vectors/rows.js";
import { Oracle } from "./oracle.js";
import { shorterJson, shorterLists, shorterTexts, shrink } from "./shrink.js";

const python = process.env.HARMONY_REFERENCE;
if (python === undefined) throw new Error("start this with `npm run conformance`, which installs the reference");
const oracle = new Oracle(python);
afterAll(() => oracle.close());

type Asked = Exclude<keyof Rows, "codepoints">;

/** Smaller questions of each kind. */
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

/** How two answers differ, roughly: answered or refused by each. */
function wayOf(difference: Difference | undefined): string {
  const { reference, ours } = difference ?? {};
  return [reference, ours].map((answer) => (answer instanceof HarmonyError ? answer.code : typeof answer)).join(", ");
}

test.each(Object.keys(smaller) as Asked[])("%s", async <Kind extends Asked>(kind: Kind) => {
  const rows = readVectors<Rows[Kind]>(kind);
  const differing = rows.filter((row) => differenceOf[kind](row) !== undefined);
  console.log(`${kind}: ${rows.length} fresh cases, ${differing.length} differences`);
  for (const row of differing.slice(0, 3)) {
    // A smaller case must fail in the same way: text with two faults is easily refused for one or the other.
    const way = wayOf(differenceOf[kind](row));
    const fails = async (candidate: Rows[Kind]): Promise<boolean> =>
      wayOf(differenceOf[kind](await oracle.answer(kind, candidate))) === way;
    const shrunk = await oracle.answer(kind, await shrink(row, smaller[kind], fails));
    console.log(`${kind}, as a vector: ${JSON.stringify(shrunk)}\n${JSON.stringify(differenceOf[kind](shrunk))}`);
  }
  expect(differing.length).toBe(0);
});

test("code points", () => {
  const rows = readVectors<Rows["codepoints"]>("codepoints");
  const differing = rows.filter((row) => differenceOf.codepoints(row) !== undefined);
  console.log(`codepoints: ${rows.length} blocks of 256, ${differing.length} differences`);
  expect(differing).toEqual([]);
});
