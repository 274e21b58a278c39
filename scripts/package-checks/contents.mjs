// What is in the tarball: the build, its source for the source maps, and the papers. Nothing else.
import assert from "node:assert/strict";

const PAPERS = ["CHANGELOG.md", "LICENSE", "NOTICE", "README.md", "package.json"];

const VOCABULARY = "tokenizer/merges.generated";

/** The entry points, what they share, and the vocabulary. */
const SCRIPTS = ["index.js", "text.js", "stream/index.js", "shared.js", "vocabulary.js"];

/** Has no code to map, only names that it passes on. */
const UNMAPPED = "text.js";

/** The most that an installed package may take, in bytes. */
const UNPACKED_LIMIT = 3_000_000;

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "the papers, every source and what was built from it, and nothing else",
    ({ packed }) => {
      const files = packed.files.map(({ path }) => path).sort();
      const sources = files.filter((path) => /^src\/.*\.ts$/.test(path)).map((path) => path.slice(4, -3));
      // Generated, and as large as what is built from it: nobody steps through it.
      assert.ok(!sources.includes(VOCABULARY));
      const declared = [...sources, VOCABULARY].flatMap((path) => [`${path}.d.ts`, `${path}.d.ts.map`]);
      const maps = SCRIPTS.filter((path) => path !== UNMAPPED).map((path) => `${path}.map`);
      const built = [...declared, ...SCRIPTS, ...maps].map((path) => `dist/${path}`);
      assert.ok(sources.includes("index"));
      assert.deepEqual(files, [...PAPERS, ...built, ...sources.map((path) => `src/${path}.ts`)].sort());
      return `${files.length} files`;
    },
  ],
  [
    "no larger than promised",
    ({ packed: { size, unpackedSize } }) => {
      assert.ok(unpackedSize <= UNPACKED_LIMIT, `${unpackedSize} bytes unpacked`);
      return `${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`;
    },
  ],
];

function kilobytes(bytes) {
  return `${Math.round(bytes / 1000)} kB`;
}
