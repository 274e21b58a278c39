// Puts the pages of the site together: docs/ as it is, the files that it links to outside of docs/, and the API reference, which
// TypeDoc writes from the doc comments.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, TSConfigReader } from "typedoc";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Where the pages are that VitePress reads. */
export const PAGES = fileURLToPath(new URL("pages", import.meta.url));

/** Makes the folder of pages anew. */
export async function stage() {
  rmSync(PAGES, { recursive: true, force: true });
  stageDocs();
  await stageReference();
}

/** Copies docs/ into the pages, and every page outside of it that they link to, directly or not. */
export function stageDocs() {
  const waiting = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file.replaceAll("\\", "/")}`);
  const staged = new Set();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (staged.has(path)) continue;
    staged.add(path);
    const { text, pages } = withLinks(path);
    waiting.push(...pages);
    const target = join(PAGES, pageOf(path));
    mkdirSync(dirname(target), { recursive: true });
    // Unchanged pages are left alone, so that a server that watches them reloads only what has changed.
    if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text);
  }
}

/** Where a page of the repository is in the site: docs/ is its top. */
function pageOf(path) {
  return path.replace(/^docs\//, "");
}

/**
 * A page whose links lead to where the site has what they mean. Files that are not pages are served as they are.
 * @param {string} path Its path in the repository.
 * @returns {{ text: string, pages: string[] }} The page, and the pages that it links to.
 */
function withLinks(path) {
  const pages = [];
  const text = readFileSync(join(root, path), "utf8").replaceAll(
    /\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)/g,
    (_, /** @type {string} */ target, anchor = "") => {
      const linked = posix.normalize(posix.join(posix.dirname(path), target));
      if (!linked.endsWith(".md")) return `](/files/${serve(linked)})`;
      pages.push(linked);
      return `](/${pageOf(linked)}${anchor})`;
    },
  );
  return { text, pages };
}

/** Copies a file to where it is served. A link to a folder means its program, and a name without an ending is a text. */
function serve(path) {
  const file = statSync(join(root, path)).isDirectory() ? posix.join(path, "page.mjs") : path;
  const served = posix.extname(file) === "" ? `${file}.txt` : file;
  const copy = join(PAGES, "public/files", served);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(join(root, file), copy);
  return served;
}

/** Writes a page for each entry point of the package. */
async function stageReference() {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const sources = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [target.types.replace("./dist/", `${root}src/`).replace(/\.d\.ts$/, ".ts")],
  );
  const options = {
    entryPoints: sources,
    tsconfig: `${root}tsconfig.build.json`,
    plugin: ["typedoc-plugin-markdown"],
    logLevel: "Error",
    name: "API reference",
    readme: "none",
    out: join(PAGES, "api"),
    router: "module",
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: "table",
    useCodeBlocks: true,
    entryFileName: "index",
    // Otherwise links rely on how headings are numbered whose names come more than once, which differs.
    useHTMLAnchors: true,
  };
  const app = await Application.bootstrapWithPlugins(options, [new TSConfigReader()]);
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the sources: its errors are above");
  // A module is called what a program imports.
  for (const module of project.children ?? []) {
    module.name = module.name === "index" ? "harmony-format" : `harmony-format/${module.name}`;
  }
  await app.generateOutputs(project);
}
