import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rows } from "./rerendering.js";

const HEAD = "| completion | its tokens | rendered again, `role` | rendered again, `channel` | session |";

test("docs/sessions.md says how much a session saves", () => {
  const page = readFileSync(new URL("../../docs/sessions.md", import.meta.url), "utf8");
  const table = page.split(`${HEAD}\n`)[1]?.split("\n\n", 1)[0]?.trim().split("\n").slice(1);
  expect(table).toEqual(rows());
});

test("a session reuses all but a return token", () => {
  for (const row of rows()) {
    const [, what, tokens, , , session] = row.split("|").map((cell) => cell.trim());
    const ends = /answer|no start|no message/.test(what!) ? 1 : 0;
    expect(Number(session), what).toBe(Number(tokens) - ends);
  }
});
