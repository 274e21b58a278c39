import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type CodeBlock, codeBlocksOf, PAGES } from "./code-blocks.js";

// The programs in README.md and docs/ compile in strict TypeScript, those in JavaScript too, and print what they promise.

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Inside the repository, so that imports resolve as in it; removed afterwards, and ignored by git. */
const folder = `${root}.examples/`;

/** The source of each entry point of the package, by the name that a program imports. */
const ENTRIES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(readPackage().exports).flatMap(([entry, target]) =>
    typeof target === "string"
      ? []
      : [[`harmony-format${entry.slice(1)}`, target.types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts")]],
  ),
);

function readPackage(): { exports: Record<string, string | { types: string }> } {
  return JSON.parse(readFileSync(`${root}package.json`, "utf8"));
}

/** A block as a file of its own, with the block that it shares before it. */
interface Program {
  readonly block: CodeBlock;
  /** Its place and heading, for the title of a test. */
  readonly title: string;
  /** The name of its file. */
  readonly file: string;
  /** The shared block, in as many lines as it has, and then the block. */
  readonly source: string;
}

const PROGRAMS: readonly Program[] = PAGES.flatMap(codeBlocksOf).map((block) => ({
  block,
  title: `${block.page}:${block.line} ${block.heading}`,
  file: `${block.page.replace(/\W+/g, "-")}-${block.line}`,
  source: `${block.shared?.code ?? ""}${block.code}\nexport {};\n`,
}));

/** How many lines of a program come before those of its block. */
function sharedLines({ shared }: CodeBlock): number {
  return shared === undefined ? 0 : shared.code.split("\n").length - 1;
}

/** The errors of the compiler in each program, with their places in the pages; all are compiled at once. */
function compile(programs: readonly Program[]): Map<Program, string[]> {
  const config = ts.getParsedCommandLineOfConfigFile(
    `${root}tsconfig.json`,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  )!;
  const options: ts.CompilerOptions = {
    ...config.options,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    // An example may leave unused what its reader would go on with.
    noUnusedLocals: false,
    noUnusedParameters: false,
    noEmit: true,
    paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, source]) => [name, [`${root}${source}`]])),
  };
  const files = new Map(programs.map((program) => [`${folder}${program.file}.ts`, program]));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file)?.source ?? readFile(file);
  host.getSourceFile = (file, ...others) => {
    const program = files.get(file);
    return program === undefined
      ? getSourceFile(file, ...others)
      : ts.createSourceFile(file, program.source, ts.ScriptTarget.ES2022);
  };
  const compiled = ts.createProgram([...files.keys()], options, host);
  const errors = new Map<Program, string[]>();
  for (const [file, program] of files) {
    const source = compiled.getSourceFile(file)!;
    const found = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)];
    const lines = found.map(({ start = 0, messageText }) => {
      const line = source.getLineAndCharacterOfPosition(start).line - sharedLines(program.block);
      return { line, text: ts.flattenDiagnosticMessageText(messageText, "\n") };
    });
    // An error in the shared block is reported once, there.
    const own = lines.filter(({ line }) => line >= 0);
    errors.set(
      program,
      own.map(({ line, text }) => `${program.block.page}:${program.block.line + line}: ${text}`),
    );
  }
  return errors;
}

/** Runs a program and gives the lines that it prints. */
async function run({ block, file, source }: Program): Promise<string[]> {
  // A program in JavaScript runs as such, so that types in it are a syntax error.
  const language = block.shared?.language === "ts" ? "ts" : block.language;
  const path = `${folder}${file}.${language}`;
  const imports = /(from |import\()"(harmony-format[^"]*)"/g;
  writeFileSync(
    path,
    source.replace(imports, (_, before: string, entry: string) => `${before}"${root}${ENTRIES[entry]}"`),
  );
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values) => {
    printed.push(...format(...values).split("\n"));
  });
  try {
    await import(/* @vite-ignore */ path);
  } finally {
    log.mockRestore();
  }
  return printed;
}

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the examples compile in strict TypeScript", () => {
  let errors: Map<Program, string[]>;
  beforeAll(() => {
    errors = compile(PROGRAMS);
  }, 120_000);

  for (const program of PROGRAMS) {
    test(program.title, () => {
      expect(errors.get(program)).toEqual([]);
    });
  }
});

describe("the examples print what they promise", () => {
  const programs = PROGRAMS.filter(({ block }) => !block.isShared && !block.needsEngine);

  for (const program of programs) {
    test(program.title, async () => {
      const { page, output } = program.block;
      const printed = await run(program);
      const placed = printed.map((text, index) => `${page}:${output[index]?.line ?? " nothing promised"}: ${text}`);
      expect(placed).toEqual(output.map(({ text, line }) => `${page}:${line}: ${text}`));
    });
  }
});

test("the README and the page about streams have examples", () => {
  const pages = PROGRAMS.map(({ block }) => block.page);
  expect(pages.filter((page) => page === "README.md").length).toBeGreaterThanOrEqual(5);
  expect(pages.filter((page) => page === "docs/streaming.md").length).toBeGreaterThanOrEqual(9);
});
