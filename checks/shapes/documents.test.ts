// The programs in README.md and docs/ that need a client of another format: blocks that begin with "```ts clients".
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { PAGES, readPage } from "../../tests/docs/code-blocks.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
// In this folder, where the clients are found.
const here = fileURLToPath(new URL("./", import.meta.url));

const PROGRAMS = PAGES.flatMap((page) => {
  const text = readPage(page);
  return [...text.matchAll(/^```ts clients\n(.*?)^```\n/gms)].map(({ index, 1: code }) => ({
    place: `${page}:${text.slice(0, index).split("\n").length + 1}`,
    file: `${here}${page.replaceAll(/\W+/g, "-")}-${index}.ts`,
    source: `${code}\nexport {};\n`,
  }));
});

/** What the compiler finds in each program, by its place; all are compiled at once. */
function compile(): Map<string, string[]> {
  const sources = new Map(PROGRAMS.map(({ file, source }) => [file, source]));
  const config = ts.getParsedCommandLineOfConfigFile(
    `${here}tsconfig.json`,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  )!;
  const options: ts.CompilerOptions = {
    ...config.options,
    paths: { "harmony-format": [`${root}src/index.ts`], "harmony-format/*": [`${root}src/*.ts`] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.readFile = (name) => sources.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...others) => {
    const source = sources.get(name);
    if (source === undefined) return getSourceFile(name, ...others);
    return ts.createSourceFile(name, source, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return new Map(
    PROGRAMS.map(({ place, file }) => {
      const errors = ts.getPreEmitDiagnostics(program, program.getSourceFile(file)!);
      return [place, errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))];
    }),
  );
}

test("they compile in strict TypeScript", () => {
  for (const [place, errors] of compile()) expect([place, ...errors]).toEqual([place]);
});

test("there are such programs", () => {
  expect(PROGRAMS.length).toBeGreaterThanOrEqual(3);
});
