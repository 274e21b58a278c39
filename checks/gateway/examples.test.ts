import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

// The programs in docs/gateway*.md that are marked `ts gateway` compile in strict TypeScript.

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${root}.examples/gateway/`;

test("the examples of the gateway's pages compile", () => {
  mkdirSync(folder, { recursive: true });
  try {
    const files: string[] = [];
    for (const page of readdirSync(`${root}docs`).filter((name) => /^gateway.*\.md$/.test(name))) {
      const text = readFileSync(`${root}docs/${page}`, "utf8");
      for (const { 1: code = "", index } of text.matchAll(/^```ts gateway\n(.*?)^```$/gms)) {
        const line = text.slice(0, index).split("\n").length;
        const file = `${folder}${page}-${line}.ts`;
        writeFileSync(file, code);
        files.push(file);
      }
    }
    expect(files.length).toBeGreaterThan(3);
    const program = ts.createProgram(files, {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2023,
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ["node"],
      typeRoots: [`${root}node_modules/@types`],
      paths: {
        "harmony-gateway": [`${root}gateway/dist/index.d.ts`],
        "harmony-format": [`${root}dist/index.d.ts`],
        "harmony-format/*": [`${root}dist/*.d.ts`],
      },
    });
    const errors = ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
    expect(errors).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
