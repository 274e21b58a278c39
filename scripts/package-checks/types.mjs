// The declarations compile without complaint wherever a program may be: strict, library checks on, with and without the
// DOM's types and Node's.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const RESOLUTIONS = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};
const LIBRARIES = {
  "no platform": ["lib.es2022.d.ts"],
  DOM: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  WebWorker: ["lib.es2022.d.ts", "lib.webworker.d.ts"],
};
const NODE_TYPES = { "without @types/node": [], "with @types/node": ["node"] };

/** @type {import("../check-package.mjs").Check[]} */
export default Object.keys(RESOLUTIONS).flatMap((resolution) =>
  Object.keys(LIBRARIES).flatMap((library) =>
    Object.keys(NODE_TYPES).map((nodeTypes) => [
      `${resolution}, ${library}, ${nodeTypes}`,
      ({ root, project }) => {
        // A CommonJS module may require an ES module from Node 20.19 on; TypeScript knows that as nodenext.
        const sources = resolution === "nodenext" ? ["consumer.ts", "consumer.cts"] : ["consumer.ts"];
        // Web streams and abort signals are a platform's, not the language's.
        if (library !== "no platform" || nodeTypes === "with @types/node") sources.push("streams.ts");
        for (const source of sources) copyFileSync(here(`consumer/${source}`), `${project}/${source}`);
        const program = ts.createProgram({
          rootNames: sources.map((source) => `${project}/${source}`),
          options: {
            ...RESOLUTIONS[resolution],
            lib: LIBRARIES[library],
            types: NODE_TYPES[nodeTypes],
            typeRoots: [`${root}node_modules/@types`],
            target: ts.ScriptTarget.ES2022,
            strict: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            skipLibCheck: false,
            noEmit: true,
          },
        });
        assert.ok(program.getSourceFiles().some(({ fileName }) => fileName.endsWith("harmony-format/dist/index.d.ts")));
        const found = ts.getPreEmitDiagnostics(program);
        const host = {
          getCurrentDirectory: () => project,
          getNewLine: () => "\n",
          getCanonicalFileName: (name) => name,
        };
        assert.ok(found.length === 0, ts.formatDiagnostics(found, host));
      },
    ]),
  ),
);

function here(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}
