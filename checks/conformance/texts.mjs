// Real text to cut cases from: prose, code, JSON and a dozen languages, all from packages that npm ci installs.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));

/** Writes the texts into a folder and returns their paths. */
export function writeTexts(folder) {
  mkdirSync(folder, { recursive: true });
  const packages = readdirSync(modules).filter((name) => !name.startsWith("."));
  const readmes = packages.map((name) => readIfAny(`${modules}${name}/README.md`)).join("\n");
  const manifests = packages.map((name) => readIfAny(`${modules}${name}/package.json`)).join("\n");
  const code = readFileSync(`${modules}typescript/lib/typescript.js`, "utf8").slice(0, 400_000);
  const languages = readdirSync(`${modules}typescript/lib`)
    .map((name) => readIfAny(`${modules}typescript/lib/${name}/diagnosticMessages.generated.json`).slice(0, 60_000))
    .join("\n");
  return Object.entries({ readmes, manifests, code, languages }).map(([name, text]) => {
    writeFileSync(`${folder}/${name}.txt`, text);
    return `${folder}/${name}.txt`;
  });
}

function readIfAny(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
