// What OpenAI's published schema says of an object.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    /** The Python that has OpenAI's models. */
    python: string;
  }
}

/** An object, and what it is to be: a model of the Python package `openai.types`, such as `chat.ChatCompletion`. */
export interface PublishedObject {
  readonly type: string;
  readonly value: unknown;
}

/** What is wrong with each of the objects by OpenAI's published schema: a list for each, empty where nothing is. */
export function mistakesIn(objects: readonly PublishedObject[]): string[][] {
  const { status, stdout, stderr } = spawnSync(
    inject("python"),
    [fileURLToPath(new URL("published.py", import.meta.url))],
    { input: objects.map((object) => `${JSON.stringify(object)}\n`).join(""), encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as string[]);
}
