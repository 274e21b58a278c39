// The published vocabulary, rebuilt from the npm package that ships its ranks.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The sha256 of the published file `o200k_base.tiktoken`. */
export const SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d";

/**
 * The tokens in order of rank, in base64. The sha256 of the published file, which they make up, is checked. A line of the
 * source is `! firstRank token token …`.
 */
export function publishedTokens() {
  const { bpe_ranks } = require("tiktoken/encoders/o200k_base.json");
  const tokens = [];
  for (const line of bpe_ranks.split("\n")) {
    const [, firstRank, ...encoded] = line.split(" ");
    for (const [index, token] of encoded.entries()) tokens[Number(firstRank) + index] = token;
  }
  verify(fileOf(tokens));
  return tokens;
}

/** The text of the file `o200k_base.tiktoken`, which other tokenizers read. */
export function publishedFile() {
  return fileOf(publishedTokens());
}

function fileOf(tokens) {
  return tokens.map((token, rank) => `${token} ${rank}\n`).join("");
}

function verify(file) {
  const actual = createHash("sha256").update(file).digest("hex");
  if (actual !== SHA256) throw new Error(`o200k_base.tiktoken has sha256 ${actual}, expected ${SHA256}`);
}
