import { HarmonyError, type HarmonyErrorCode } from "../errors.js";
import { doubleOf } from "./number.js";
import { JsonNumber } from "./value.js";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** A number and the character after it where the number is misspelled: `01`, `1.`, `1.e5`, `1e`. */
const MISSPELLED = /^-?(?:0[0-9]|[0-9]+\.|[^eE]+[eE])$/;
/** Characters that a string may hold unescaped, as many as follow each other. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
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
/** Below this, every way of reading numbers agrees that a double can hold the number. */
const SURELY_IN_RANGE = 1e308;

/** Reads the strings, numbers and words of JSON text one after the other. It does not know how they nest. */
export class JsonScanner {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.toWellFormed();
  }

  /** Where the next character stands, in UTF-16 units. */
  get offset(): number {
    return this.#at;
  }

  /** The text from an offset up to the next character. */
  spellingFrom(start: number): string {
    return this.#text.slice(start, this.#at);
  }

  /** Moves past a text if it comes next. Returns whether it did. */
  takeSpelling(spelling: string): boolean {
    if (!this.#text.startsWith(spelling, this.#at)) return false;
    this.#at += spelling.length;
    return true;
  }

  /** The next character that is not white space; `undefined` at the end of the text. */
  peek(): string | undefined {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return this.#text[this.#at];
      this.#at += 1;
    }
  }

  /** Moves past a character if it comes next, after white space or none. Returns whether it did. */
  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Reads a string, a number, `true`, `false` or `null`. */
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

  /**
   * Moves past what {@link scalar} would read, without checking that a number is in range or surrogates come in pairs.
   * @returns The spelling of a number or word; `undefined` for a string.
   */
  skipScalar(): string | undefined {
    if (this.peek() !== '"') return this.#wordOrNumber();
    this.#string(() => this.#hex());
    return undefined;
  }

  /** Reads a string, whose opening quote is the next character. */
  string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    PLAIN.lastIndex = start;
    PLAIN.test(text);
    const end = PLAIN.lastIndex;
    if (text.charCodeAt(end) === QUOTE) {
      this.#at = end + 1;
      return text.slice(start, end);
    }
    return this.#stringByParse(end) ?? this.#string(() => this.#codePoint());
  }

  /** Reads the key of an object. */
  key(): string {
    if (this.peek() !== '"') throw this.error("key must be a string");
    return this.string();
  }

  /** Moves past the colon after a key. */
  colon(): void {
    if (!this.take(":")) throw this.error("expected `:`");
  }

  /** An error about what comes next. Its position is given in lines and columns and, as `offset`, in UTF-16 units. */
  error(what: string, code: HarmonyErrorCode = "invalid-json"): HarmonyError {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    const column = this.#at - before.lastIndexOf("\n");
    return new HarmonyError(code, `${what} at line ${line} column ${column} of the JSON text`, { offset: this.#at });
  }

  /**
   * Has `JSON.parse` read a string with escapes, which takes a fraction of the time.
   * @param from Where the first thing stands in it that is not plain.
   * @returns `undefined` for a string with a mistake in it, which is then found by reading it again.
   */
  #stringByParse(from: number): string | undefined {
    const text = this.#text;
    let end = text.indexOf('"', from);
    while (end !== -1 && isEscaped(text, end, from)) end = text.indexOf('"', end + 1);
    if (end === -1) return undefined;
    const spelling = text.slice(this.#at, end + 1);
    let value: string;
    try {
      value = JSON.parse(spelling);
    } catch {
      return undefined;
    }
    // That surrogates come in pairs is all that it does not ask for.
    if (spelling.includes("\\u") && !value.isWellFormed()) return undefined;
    this.#at = end + 1;
    return value;
  }

  /** @param readHex Reads the digits after `\u`, and returns what they stand for. */
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

  /** Reads the character that a hex escape stands for, or two: surrogates must come in pairs. */
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
    // `1.5.5` is not among them: for the reference, that is the number 1.5 and then a mistake.
    if (MISSPELLED.test(spelling + (this.#text[this.#at + spelling.length] ?? ""))) throw this.error("invalid number");
    this.#at += spelling.length;
    return spelling;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}

/** Whether a quote is part of a string: an odd number of backslashes stands before it, and none before `from`. */
function isEscaped(text: string, quote: number, from: number): boolean {
  let at = quote;
  while (at > from && text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
  return (quote - at) % 2 === 1;
}
