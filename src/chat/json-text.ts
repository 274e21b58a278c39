import { HarmonyError, type HarmonyErrorCode } from "../errors.js";
import { JsonNumber, JsonObject, type JsonTree } from "./json-value.js";

/** Levels of nesting that the reference's reader takes. */
const MAX_DEPTH = 127;

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

/**
 * Reads JSON text without losing the spelling of numbers, the order of keys, or the fact that a key was given twice. As
 * strict as the reference: no byte order mark, no lone surrogate escapes, at most 127 levels.
 *
 * @param fields The fields that the outermost object is read for, where the others are skipped: the reference does not look
 *   at the numbers and escapes in those.
 * @throws HarmonyError `invalid-json`, `json-too-deep` or `number-out-of-range`, with the `offset` in UTF-16 units.
 */
export function readJsonText(text: string, fields?: readonly string[]): JsonTree {
  return new Reader(text.toWellFormed(), fields).document();
}

class Reader {
  #at = 0;
  #depth = 0;
  readonly #text: string;
  readonly #fields: readonly string[] | undefined;
  /** Whether what is being read belongs to a field that is skipped. */
  #skips = false;

  constructor(text: string, fields: readonly string[] | undefined) {
    this.#text = text;
    this.#fields = fields;
  }

  document(): JsonTree {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#error("trailing characters");
    return value;
  }

  #value(): JsonTree {
    this.#space();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      case undefined:
        throw this.#error("EOF while parsing a value");
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#error("recursion limit exceeded", "json-too-deep");
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): JsonObject {
    const object = new JsonObject();
    this.#space();
    if (this.#take("}")) return object;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#error("key must be a string");
      const key = this.#string();
      this.#space();
      if (!this.#take(":")) throw this.#error("expected `:`");
      if (this.#depth === 1) this.#skips = this.#fields?.includes(key) === false;
      object.set(key, this.#value());
      this.#space();
      if (this.#take("}")) return object;
      if (!this.#take(",")) throw this.#error("expected `,` or `}`");
    }
  }

  #array(): JsonTree[] {
    const array: JsonTree[] = [];
    this.#space();
    if (this.#take("]")) return array;
    for (;;) {
      array.push(this.#value());
      this.#space();
      if (this.#take("]")) return array;
      if (!this.#take(",")) throw this.#error("expected `,` or `]`");
    }
  }

  #string(): string {
    this.#at += 1;
    let text = "";
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)?.[0] ?? "";
      text += plain;
      this.#at += plain.length;
      if (this.#take('"')) return text;
      if (!this.#take("\\")) {
        throw this.#error(
          this.#at < this.#text.length
            ? "control character (\\u0000-\\u001F) found while parsing a string; escape it"
            : "EOF while parsing a string",
        );
      }
      text += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at];
    const plain = letter === undefined ? undefined : ESCAPES[letter];
    if (plain !== undefined) {
      this.#at += 1;
      return plain;
    }
    if (!this.#take("u")) throw this.#error("invalid escape");
    const unit = this.#hex();
    if (this.#skips) return "";
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (unit < 0xdc00 && this.#take("\\") && this.#take("u")) {
      const low = this.#hex();
      if (low >= 0xdc00 && low <= 0xdfff) return String.fromCharCode(unit, low);
    }
    throw this.#error("lone surrogate in a hex escape");
  }

  #hex(): number {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw this.#error("invalid hex escape");
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  #number(): JsonNumber {
    NUMBER.lastIndex = this.#at;
    const spelling = NUMBER.exec(this.#text)?.[0];
    if (spelling === undefined) throw this.#error("expected value");
    const next = this.#text[this.#at + spelling.length];
    // `01`, `1.`, `1.e5` and `1e`: the pattern takes the part before, what follows it gives the mistake away.
    if (next !== undefined && /[0-9.eE]/.test(next)) throw this.#error("invalid number");
    if (!this.#skips && !Number.isFinite(Number(spelling)))
      throw this.#error("number out of range", "number-out-of-range");
    this.#at += spelling.length;
    return new JsonNumber(spelling);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error("expected ident");
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at += 1;
    }
  }

  #error(what: string, code: HarmonyErrorCode = "invalid-json"): HarmonyError {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    const column = this.#at - before.lastIndexOf("\n");
    return new HarmonyError(code, `${what} at line ${line} column ${column} of the JSON text`, { offset: this.#at });
  }
}
