// The package makes no code from text, changes nothing global, and does nothing when it is imported; only the clients of engines
// open a connection. The command line, which nobody imports, may use what Node has; but it makes no code from text either, and
// opens no connection.
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { installed, project } from "./context.mjs";

/** What makes code from text, loads something at run time, or belongs to a single runtime. */
const FORBIDDEN = [
  [/\beval\b/, "eval"],
  [/\bFunction\s*\(/, "the Function constructor"],
  [/\bimport\s*\(/, "a dynamic import"],
  [/\brequire\s*\(/, "require"],
  [/\bWebAssembly\b/, "WebAssembly"],
  [/\bfetch\s*\(|\bXMLHttpRequest\b/, "the network"],
  [/\b(?:process|Buffer|Deno|Bun|window|document)\s*[.[]/, "a global of one runtime"],
  [/from\s*"(?!\.\.?\/)/, "an import from outside the package"],
];

/** The one file that asks the network: the clients of engines that are servers. */
const CLIENTS_OF_SERVERS = "engines.js";

/** Of these, what the command line may do: it loads a command when it is called, and belongs to runtimes like Node. */
const ALLOWED_IN_COMMAND_LINE = ["a dynamic import", "a global of one runtime", "an import from outside the package"];

const files = readdirSync(`${installed}/dist`, { recursive: true }).filter((path) => path.endsWith(".js"));

test.each(files)("%s: no eval, no imports from outside, nothing that only one runtime has", (file) => {
  const code = withoutComments(readFileSync(`${installed}/dist/${file}`, "utf8"));
  for (const [pattern, what] of FORBIDDEN) {
    if (file.startsWith("cli/") && ALLOWED_IN_COMMAND_LINE.includes(what)) continue;
    if (file === CLIENTS_OF_SERVERS && what === "the network") continue;
    expect(code, `${file} has ${what}`).not.toMatch(pattern);
  }
});

test("works where code generation is switched off, and leaves globals and prototypes as they were", () => {
  copyFileSync(fileURLToPath(new URL("consumer/globals.mjs", import.meta.url)), `${project}/globals.mjs`);
  const printed = execFileSync(process.execPath, ["--disallow-code-generation-from-strings", "globals.mjs"], {
    cwd: project,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { objects, changed } = JSON.parse(printed);
  expect(objects).toBeGreaterThan(500);
  expect(changed).toEqual([]);
});

/** Good enough for compiled output: a comment may say "eval", code may not. */
function withoutComments(code) {
  return code.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
}

test("the command line imports nothing but the package's entry points and Node's modules", () => {
  const imports = files
    .filter((file) => file.startsWith("cli/"))
    .flatMap((file) => [
      ...readFileSync(`${installed}/dist/${file}`, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g),
    ])
    .map(([, name]) => name);
  const allowed = /^(?:node:[\w/]+|\.\/\w+\.js|\.\.\/(?:index|text|constraints)\.js)$/;
  expect(imports.length).toBeGreaterThan(20);
  expect(imports.filter((name) => !allowed.test(name))).toEqual([]);
});
