import { expect, test } from "vitest";
import { loadHarmonyEncoding } from "../../src/index.js";
import { differenceOf } from "./differences.js";
import { readVectors } from "./read.js";
import type { RenderRow, Rows } from "./rows.js";

// Compares every recorded answer of the reference with ours, and prints how many of each kind there were.

const KINDS = ["encode", "decode", "codepoints", "render", "render_message", "parse", "stream"] as const;

test.each(KINDS)("%s: the reference's answers", <Kind extends keyof Rows>(kind: Kind) => {
  const rows = readVectors<Rows[Kind]>(kind);
  const counts = new Map<string, number>();
  const mismatches: object[] = [];
  for (const row of rows) {
    const shape = shapeOf(kind, row);
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
    const difference = differenceOf[kind](row);
    if (difference !== undefined) mismatches.push({ row, ...difference });
  }
  const shapes = Array.from(counts, ([shape, count]) => `${count} ${shape}`).join(", ");
  console.log(`${kind}: ${rows.length} rows (${shapes}), ${mismatches.length} mismatches`);
  expect(rows.length).toBeGreaterThan(100);
  expect(mismatches).toEqual([]);
});

/** What a row asks for, and whether the reference refused it. */
function shapeOf(kind: keyof Rows, row: Rows[keyof Rows]): string {
  const refused = "message" in row ? " (refused)" : "";
  if ("op" in row) return `${row.op}${refused}`;
  if ("steps" in row) return row.strict ? "strict" : "permissive";
  if ("strict" in row) return `${row.strict ? "strict" : "permissive"}${refused}`;
  if (kind === "encode") return `${"allowed_special" in row ? "with special tokens" : "ordinary"}${refused}`;
  if ("block" in row) return "blocks of 256 code points";
  return refused === "" ? "answered" : "refused";
}

test("encode: countTokens counts the tokens that encoding gives", () => {
  const { tokenizer } = loadHarmonyEncoding();
  const rows = readVectors<Rows["encode"]>("encode").filter((row) => row.allowed_special === undefined);
  const wrong = rows.filter((row) => tokenizer.countTokens(row.text) !== row.tokens?.length);
  expect(wrong).toEqual([]);
});

test("render: plain objects render like the JSON text that they were parsed from, where JSON.parse loses nothing", () => {
  const encoding = loadHarmonyEncoding();
  let compared = 0;
  for (const row of readVectors<RenderRow>("render")) {
    if (row.tokens === undefined || row.op !== "conversation") continue;
    const plain = JSON.parse(row.conversation);
    if (JSON.stringify(plain) !== compact(row.conversation)) continue;
    compared += 1;
    const config = { autoDropAnalysis: row.auto_drop_analysis };
    expect(encoding.renderConversation(plain, config)).toEqual(row.tokens);
  }
  expect(compared).toBeGreaterThan(20);
});

/** JSON text without the spaces that Python writes after `:` and `,`; one whose strings hold such a pair will differ. */
function compact(json: string): string {
  return json.replace(/(": |, )(?=["[{\dtfn-])/g, (found) => found.trim());
}
