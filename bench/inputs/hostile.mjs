/** Texts that cannot be split anywhere, or can be split everywhere: merging turns quadratic, and patterns backtrack. */

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/** @type {Record<string, (bytes: number) => string>} */
export const HOSTILE = {
  "one letter": (bytes) => "a".repeat(bytes),
  spaces: (bytes) => " ".repeat(bytes),
  newlines: (bytes) => "\n".repeat(bytes),
  digits: (bytes) => random(bytes, (next) => String(next(10))),
  punctuation: (bytes) => random(bytes, (next) => PUNCTUATION[next(PUNCTUATION.length)]),
  "random letters": (bytes) => random(bytes, (next) => LETTERS[next(LETTERS.length)]),
  "one emoji": (bytes) => "😀".repeat(bytes / 4),
  "Han without spaces": (bytes) => random(Math.floor(bytes / 3), (next) => String.fromCharCode(0x4e00 + next(0x5200))),
};

/** Random characters, by the generator of Park and Miller: the same on every machine. */
function random(count, draw) {
  let state = 1;
  const next = (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  return Array.from({ length: count }, () => draw(next)).join("");
}
