import { HarmonyError, type HarmonyErrorCode } from "../errors.js";
import { doubleOf } from "./number.js";
import { JsonNumber } from "./value.js";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** A number and the character after it where the number is misspelled: `01`, `1.`, `1.e5`, `1e`. */
const MISSPELLED = /^-?(?:0[0-9]|[0-9]+\.|[^eE]+[eE])$/;
/** Characters that a string may hold unescaped, as many as follow each other. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string
const PLAIN = /[^"\\\u0000-\u001f]*/y;
/** What may follow a backslash in a string. */
const ESCAPES = '"\\/bfnrtu';
/** Below this, every way of reading numbers agrees that a double can hold the number. */
const SURELY_IN_RANGE = 1e308;

/** Reads the strings, numbers and words of JSON text one after the other. It does not know how they nest. */
export class JsonScanner {
  /** Where the next character stands, in UTF-16 units. */
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text.toWellFormed();
  }

  /** The next character that is not white space; `undefined` at the end of the text. */
  peek(): string | undefined {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return this.text[this.at];
      this.at += 1;
    }
  }

  /** Moves past a character if it comes next, after white space or none. Returns whether it did. */
  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at += 1;
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
    this.at -= spelling.length;
    throw this.error("number out of range", "number-out-of-range");
  }

  /**
   * Moves past what {@link scalar} would read, without checking that a number is in range or surrogates come in pairs.
   * @returns The spelling of a number or word; `undefined` for a string.
   */
  skipScalar(): string | undefined {
    if (this.peek() !== '"') return this.#wordOrNumber();
    this.#passString(false);
    return undefined;
  }

  /** Reads a string, whose opening quote is the next character. */
  string(): string {
    const start = this.at;
    return this.#passString(true)
      ? this.text.slice(start + 1, this.at - 1)
      : JSON.parse(this.text.slice(start, this.at));
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
    const before = this.text.slice(0, this.at);
    const line = before.split("\n").length;
    const column = this.at - before.lastIndexOf("\n");
    return new HarmonyError(code, `${what} at line ${line} column ${column} of the JSON text`, { offset: this.at });
  }

  /**
   * Moves past a string.
   * @param arePaired Whether hex escapes of surrogates must come in pairs.
   * @returns Whether it says what it spells, having no escapes.
   */
  #passString(arePaired: boolean): boolean {
    const text = this.text;
    let isPlain = true;
    this.at += 1;
    for (;;) {
      PLAIN.lastIndex = this.at;
      PLAIN.test(text);
      this.at = PLAIN.lastIndex;
      if (this.#take('"')) return isPlain;
      if (!this.#take("\\")) {
        throw this.error(
          this.at < text.length
            ? "control character (\\u0000-\\u001F) found while parsing a string; escape it"
            : "EOF while parsing a string",
        );
      }
      isPlain = false;
      const letter = text[this.at];
      if (letter === undefined || !ESCAPES.includes(letter)) throw this.error("invalid escape");
      this.at += 1;
      if (letter === "u") this.#passHex(arePaired);
    }
  }

  /** Moves past the digits of a hex escape, and where it is half of a character, past the other half. */
  #passHex(arePaired: boolean): void {
    const unit = this.#hex();
    if (!arePaired || !/[\ud800-\udfff]/.test(unit)) return;
    const pair = unit < "\udc00" && this.#take("\\") && this.#take("u") ? unit + this.#hex() : unit;
    if (!/^[\ud800-\udbff][\udc00-\udfff]$/.test(pair)) throw this.error("lone surrogate in a hex escape");
  }

  #hex(): string {
    const digits = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw this.error("invalid hex escape");
    this.at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #wordOrNumber(): string {
    switch (this.text[this.at]) {
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
    if (!this.text.startsWith(word, this.at)) throw this.error("expected ident");
    this.at += word.length;
    return word;
  }

  #number(): string {
    NUMBER.lastIndex = this.at;
    const spelling = NUMBER.exec(this.text)?.[0];
    if (spelling === undefined) throw this.error("expected value");
    // `1.5.5` is not among them: for the reference, that is the number 1.5 and then a mistake.
    if (MISSPELLED.test(spelling + (this.text[this.at + spelling.length] ?? ""))) throw this.error("invalid number");
    this.at += spelling.length;
    return spelling;
  }

  #take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }
}
