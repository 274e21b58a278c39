import { HarmonyError, type HarmonyErrorCode } from "../errors.js";
import { doubleOf } from "./double.js";
import { JsonNumber } from "./value.js";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Characters that a string may hold as they are, taken in one go. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
/** Below it every way of reading a number agrees that a double holds it. */
const SURELY_IN_RANGE = 1e308;

/** Reads the strings, numbers and words of JSON text one after the other; knows nothing of how they nest. */
export class JsonScanner {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.toWellFormed();
  }

  /** The next character that is no white space; `undefined` at the end of the text. */
  peek(): string | undefined {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return this.#text[this.#at];
      this.#at += 1;
    }
  }

  /** Takes a character if it is next, white space aside. */
  take(character: string): boolean {
    return this.peek() === character && this.#take(character);
  }

  /** A string, number, `true`, `false` or `null`. */
  scalar(): null | boolean | string | JsonNumber {
    if (this.peek() === '"') return this.string();
    const spelling = this.#wordOrNumber();
    if (spelling === "null") return null;
    if (spelling === "true" || spelling === "false") return spelling === "true";
    if (Math.abs(Number(spelling)) < SURELY_IN_RANGE || Number.isFinite(doubleOf(spelling))) {
      return new JsonNumber(spelling);
    }
    this.#at -= spelling.length;
    throw this.error("number out of range", "number-out-of-range");
  }

  /** Goes past what {@link scalar} would read; what a number or an escape stands for is not looked at. */
  skipScalar(): void {
    if (this.peek() === '"') this.#string(() => this.#hex());
    else this.#wordOrNumber();
  }

  /** A string, whose opening quote is next. */
  string(): string {
    return this.#string(() => this.#codePoint());
  }

  /** An object's key. */
  key(): string {
    if (this.peek() !== '"') throw this.error("key must be a string");
    return this.string();
  }

  /** The colon after a key. */
  colon(): void {
    if (!this.take(":")) throw this.error("expected `:`");
  }

  /** The error for what is next. */
  error(what: string, code: HarmonyErrorCode = "invalid-json"): HarmonyError {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    const column = this.#at - before.lastIndexOf("\n");
    return new HarmonyError(code, `${what} at line ${line} column ${column} of the JSON text`, { offset: this.#at });
  }

  /** @param readHex What reads the digits after `\u`. */
  #string(readHex: () => string): string {
    this.#at += 1;
    let text = "";
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)?.[0] ?? "";
      text += plain;
      this.#at += plain.length;
      if (this.#take('"')) return text;
      if (!this.#take("\\")) {
        throw this.error(
          this.#at < this.#text.length
            ? "control character (\\u0000-\\u001F) found while parsing a string; escape it"
            : "EOF while parsing a string",
        );
      }
      const letter = this.#text[this.#at];
      const escaped = letter === undefined ? undefined : ESCAPES[letter];
      if (escaped === undefined && letter !== "u") throw this.error("invalid escape");
      this.#at += 1;
      text += escaped ?? readHex();
    }
  }

  /** The character that hex escapes stand for: surrogates must come in pairs. */
  #codePoint(): string {
    const unit = this.#hex();
    if (!/[\ud800-\udfff]/.test(unit)) return unit;
    const pair = unit < "\udc00" && this.#take("\\") && this.#take("u") ? unit + this.#hex() : unit;
    if (!/^[\ud800-\udbff][\udc00-\udfff]$/.test(pair)) throw this.error("lone surrogate in a hex escape");
    return pair;
  }

  #hex(): string {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw this.error("invalid hex escape");
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #wordOrNumber(): string {
    switch (this.#text[this.#at]) {
      case "t":
        return this.#word("true");
      case "f":
        return this.#word("false");
      case "n":
        return this.#word("null");
      case undefined:
        throw this.error("EOF while parsing a value");
      default:
        return this.#number();
    }
  }

  #word(word: string): string {
    if (!this.#text.startsWith(word, this.#at)) throw this.error("expected ident");
    this.#at += word.length;
    return word;
  }

  #number(): string {
    NUMBER.lastIndex = this.#at;
    const spelling = NUMBER.exec(this.#text)?.[0];
    if (spelling === undefined) throw this.error("expected value");
    const next = this.#text[this.#at + spelling.length];
    // `01`, `1.`, `1.e5` and `1e`: the pattern takes the part before, what follows it gives the mistake away. After an
    // exponent nothing is missing.
    if (next !== undefined && /[0-9.eE]/.test(next) && !/[eE]/.test(spelling)) throw this.error("invalid number");
    this.#at += spelling.length;
    return spelling;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}
