import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HARMONY_ERROR_CODES, HarmonyError } from "../src/index.js";

test("docs/errors.md explains every code, and no other", () => {
  const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
  const documented = Array.from(page.matchAll(/^\| `([a-z0-9-]+)` \|/gm), ([, code]) => code);
  expect(documented.toSorted()).toEqual(HARMONY_ERROR_CODES.toSorted());
});

test("an error is an Error with its code, and with its place only where there is one", () => {
  const error = new HarmonyError("missing-field", "missing field `role`", { path: "messages[0].role" });
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe("HarmonyError");
  expect(Object.keys(error)).toEqual(["code", "path"]);
  expect(String(error)).toBe("HarmonyError: missing field `role`");
});
