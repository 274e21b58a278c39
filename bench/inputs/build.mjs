/**
 * Makes the inputs of the benchmarks from pinned packages, as files that every contender reads, whatever its language.
 * `manifest.json` says what they must come out as.
 *
 *   node bench/inputs/build.mjs            makes and checks them
 *   node bench/inputs/build.mjs --write    writes the manifest: after a change of the packages or of this folder
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CACHE, PEERS } from "../paths.mjs";
import { completions, firstQuestion, longChat, longCompletion, stringsOf } from "./chats.mjs";
import { beginning, cut } from "./cut.mjs";
import { HOSTILE } from "./hostile.mjs";
import { code, json, languages, prose } from "./real-text.mjs";

const FOLDER = join(CACHE, "inputs");
const MANIFEST = new URL("./manifest.json", import.meta.url);

/** The four kinds of real text. */
export const KINDS = ["prose", "code", "json", "languages"];
/** The names of the hostile texts. */
export const HOSTILE_NAMES = Object.keys(HOSTILE);

/** The file of a hostile text of so many bytes. */
export const hostileName = (name, bytes) => `hostile ${name} ${bytes}`;

/** The file that holds an input: a JSON array of strings, a conversation, or `{ completions }`. */
export const inputFile = (name) => join(FOLDER, `${name.replaceAll(" ", "-")}.json`);

/** The length of a hostile text, and twice that. */
export const HOSTILE_BYTES = [1_000_000, 2_000_000];

function* generate() {
  const real = { prose: prose(), code: code(), json: json(), languages: languages() };
  for (const [name, { measured, warmUp }] of Object.entries(real)) {
    yield [name, cut(measured)];
    yield [`${name} warm-up`, cut(warmUp)];
  }
  yield ["ascii", cut(real.code.measured.replace(/[^\0-\x7f]/g, "?"))];
  yield ["ten megabytes", tenMegabytes(Object.values(real).map(({ measured }) => cut(measured)))];
  yield ["short strings", shortStrings(real.prose.measured, real.languages.measured)];

  const chats = { "long chat": longChat(real.prose.measured), "first question": firstQuestion(real.prose.measured) };
  yield* Object.entries(chats);
  yield ["chat strings", stringsOf(Object.values(chats))];

  const encoder = createRequire(join(PEERS, "package.json"))("tiktoken").get_encoding("o200k_base");
  const encode = (text) => [...encoder.encode_ordinary(text)];
  yield ["completions", { completions: completions(real.prose.measured, encode) }];
  yield ["completions in many languages", { completions: completions(real.languages.measured, encode) }];
  yield ["long completion", { completions: longCompletion(beginning(real.prose.measured, 200_000), encode) }];

  for (const [name, make] of Object.entries(HOSTILE)) {
    for (const bytes of HOSTILE_BYTES) yield [hostileName(name, bytes), [make(bytes)]];
  }
}

/** Lines of prose and of other languages, of 1 to 60 UTF-16 units each. */
function shortStrings(...texts) {
  return texts.flatMap((text) => {
    const lines = text.split("\n").map((line) => beginning(line.trim(), 60));
    return lines.filter((line) => line !== "").slice(0, 10_000);
  });
}

/** Strings of all kinds in turn, 10 MB of UTF-8 together. */
function tenMegabytes(kinds) {
  const strings = [];
  let bytes = 0;
  for (let index = 0; bytes < 10_000_000; index++) {
    for (const kind of kinds) {
      const piece = kind[index];
      if (piece === undefined || bytes >= 10_000_000) continue;
      strings.push(piece);
      bytes += Buffer.byteLength(piece);
    }
  }
  return strings;
}

function describe(value, content) {
  const strings = Array.isArray(value) ? { strings: value.length, bytes: Buffer.byteLength(value.join("")) } : {};
  return { ...strings, sha256: createHash("sha256").update(content).digest("hex") };
}

/**
 * Makes the inputs unless they are there, and throws if one of them is not the one in the manifest.
 * @returns {Record<string, { strings?: number, bytes?: number, sha256: string }>} what each input is
 */
export function buildInputs({ write = false } = {}) {
  const stamp = join(FOLDER, "manifest.json");
  if (!write && read(stamp) === read(MANIFEST)) return JSON.parse(read(MANIFEST));
  mkdirSync(FOLDER, { recursive: true });
  const made = {};
  for (const [name, value] of generate()) {
    const content = JSON.stringify(value);
    writeFileSync(inputFile(name), content);
    made[name] = describe(value, content);
  }
  const manifest = `${JSON.stringify(made, null, 2)}\n`;
  if (write) writeFileSync(MANIFEST, manifest);
  const expected = JSON.parse(read(MANIFEST));
  for (const name of new Set([...Object.keys(expected), ...Object.keys(made)])) {
    if (made[name]?.sha256 === expected[name]?.sha256) continue;
    throw new Error(`input "${name}" is not the one in bench/inputs/manifest.json: run npm ci in bench/peers`);
  }
  writeFileSync(stamp, manifest);
  return made;
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const inputs = buildInputs({ write: process.argv.includes("--write") });
  for (const [name, { strings, bytes }] of Object.entries(inputs)) {
    console.log(name.padEnd(32), bytes === undefined ? "" : `${strings} strings, ${bytes} bytes`);
  }
}
