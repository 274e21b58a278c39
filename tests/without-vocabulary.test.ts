import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** This file and all the files that it loads, directly or not; imports of types alone load nothing. */
function loadedBy(file: URL, seen: Map<string, URL> = new Map()): Map<string, URL> {
  if (seen.has(file.href)) return seen;
  seen.set(file.href, file);
  const source = readFileSync(file, "utf8");
  for (const [, isType, path] of source.matchAll(/^(?:import|export) (type )?[^;]*?from "(\..*?)\.js";/gms)) {
    if (isType === undefined) loadedBy(new URL(`${path}.ts`, file), seen);
  }
  return seen;
}

test.each(["text.ts", "stream/index.ts", "constraints.ts", "engines.ts", "chat-completions.ts", "responses.ts"])(
  "%s loads no vocabulary",
  (entry) => {
    const files = Array.from(loadedBy(new URL(`../src/${entry}`, import.meta.url)).keys());
    expect(files.filter((file) => file.includes("/src/tokenizer/") || file.endsWith("/encoding.ts"))).toEqual([]);
    expect(files.length).toBeGreaterThan(1);
  },
);
