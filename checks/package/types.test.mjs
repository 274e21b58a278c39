// The declarations compile without complaint wherever a program may be: strict, with library checks on, with and without
// the types of the DOM and of Node.
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ROOT } from "../packed.mjs";
import { project } from "./context.mjs";

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

describe.each(Object.entries(RESOLUTIONS))("%s", (resolution, module) => {
  describe.each(Object.entries(LIBRARIES))("%s", (library, lib) => {
    test.each(Object.entries(NODE_TYPES))("%s", (nodeTypes, types) => {
      // From Node 20.19 on, a CommonJS module may require an ES module; TypeScript knows that as nodenext.
      const sources = resolution === "nodenext" ? ["consumer.ts", "consumer.cts"] : ["consumer.ts"];
      // Web streams and abort signals belong to a platform, not to the language.
      if (library !== "no platform" || nodeTypes === "with @types/node") sources.push("streams.ts");
      for (const source of sources) copyFileSync(here(`consumer/${source}`), `${project}/${source}`);
      const program = ts.createProgram({
        rootNames: sources.map((source) => `${project}/${source}`),
        options: {
          ...module,
          lib,
          types,
          typeRoots: [`${ROOT}/node_modules/@types`],
          target: ts.ScriptTarget.ES2022,
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
          noEmit: true,
        },
      });
      const files = program.getSourceFiles().map(({ fileName }) => fileName);
      expect(files.some((name) => name.endsWith("/harmony-format/dist/index.d.ts"))).toBe(true);
      expect(ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), HOST)).toBe("");
    });
  });
});

const HOST = {
  getCurrentDirectory: () => project,
  getNewLine: () => "\n",
  getCanonicalFileName: (name) => name,
};

function here(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}
