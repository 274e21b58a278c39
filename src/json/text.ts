import { isRounded } from "./number.js";
import { JsonScanner } from "./scanner.js";
import { JsonObject, type JsonTree } from "./value.js";

/** How many levels of nesting the reference's reader accepts. */
const MAX_DEPTH = 127;
const CLOSER: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** An object that has not been read: its opening brace comes next. A function that receives one reads it to its end, or throws. */
export class UnreadObject {
  readonly text: JsonText;

  constructor(text: JsonText) {
    this.text = text;
  }
}

/** An array that has not been read: its opening bracket comes next. A function that receives one reads it to its end, or throws. */
export class UnreadArray {
  readonly text: JsonText;

  constructor(text: JsonText) {
    this.text = text;
  }
}

/**
 * JSON text, read value by value as the caller asks for it. It keeps the spelling of numbers, the order of keys, and every
 * occurrence of a key. It is as strict as the reference: no byte order mark, no lone surrogate escapes, at most 127 levels.
 *
 * Reading on demand is what makes errors agree with the reference. The reference checks types while it reads the text, so
 * of several mistakes it names the first one, whether it concerns syntax or types. Values that the reference collects before
 * it looks at them are read here with {@link tree}, values that it skips with {@link skip}.
 */
export class JsonText {
  /** What reads the text. */
  readonly scanner: JsonScanner;
  /** How many objects and arrays are around what comes next. */
  depth = 0;

  constructor(text: string) {
    this.scanner = new JsonScanner(text);
  }

  /** Reads the next value. An object or array is not entered: the caller gets it unread. */
  value(): JsonTree | UnreadObject | UnreadArray {
    const first = this.scanner.peek();
    if (first === "{") return new UnreadObject(this);
    if (first === "[") return new UnreadArray(this);
    return this.scanner.scalar();
  }

  /** Reads the next value with everything in it. */
  tree(): JsonTree {
    const first = this.scanner.peek();
    if (first === "{") {
      const object = new JsonObject();
      for (let key = this.firstKey(); key !== undefined; key = this.nextKey()) {
        this.colon();
        object.set(key, this.tree());
      }
      return object;
    }
    if (first === "[") {
      const array: JsonTree[] = [];
      for (let more = this.firstItem(); more; more = this.nextItem()) array.push(this.tree());
      return array;
    }
    return this.scanner.scalar();
  }

  /** Moves past the next value. As in the reference, it may nest to any depth and hold numbers of any size. */
  skip(): void {
    const scanner = this.scanner;
    const closers: string[] = [];
    do {
      const opener = scanner.peek() ?? "";
      const closer = CLOSER[opener];
      if (closer === undefined) scanner.skipScalar();
      else scanner.take(opener);
      if (closer !== undefined && !scanner.take(closer)) {
        closers.push(closer);
      } else {
        // A value has ended, and perhaps the objects and arrays around it.
        while (closers.length > 0 && scanner.take(closers.at(-1)!)) closers.pop();
        if (closers.length > 0 && !scanner.take(",")) throw this.#unfinished(closers.at(-1)!);
      }
      if (closers.at(-1) === "}") this.#skipKey();
    } while (closers.length > 0);
  }

  /** Enters the next value, an object, and reads its first key; `undefined` where it is empty. */
  firstKey(): string | undefined {
    return this.#enter("{", "}") ? this.scanner.key() : undefined;
  }

  /** Reads the key after a value; `undefined` at the end of the object, which this leaves. */
  nextKey(): string | undefined {
    return this.#goesOn("}") ? this.scanner.key() : undefined;
  }

  /** Moves past the colon after a key. */
  colon(): void {
    this.scanner.colon();
  }

  /** Enters the next value, an array. Returns whether it has a first item. */
  firstItem(): boolean {
    return this.#enter("[", "]");
  }

  /** Returns whether another item follows the one that was read; at the end of the array, this leaves it. */
  nextItem(): boolean {
    return this.#goesOn("]");
  }

  /** @throws HarmonyError `invalid-json` where anything but white space follows. */
  end(): void {
    if (this.scanner.peek() !== undefined) throw this.scanner.error("trailing characters");
  }

  #skipKey(): void {
    if (this.scanner.peek() !== '"') throw this.scanner.error("key must be a string");
    this.scanner.skipScalar();
    this.scanner.colon();
  }

  #enter(opener: string, closer: string): boolean {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw this.scanner.error("recursion limit exceeded", "json-too-deep");
    this.scanner.take(opener);
    return !this.#leave(closer);
  }

  #goesOn(closer: string): boolean {
    if (this.#leave(closer)) return false;
    if (!this.scanner.take(",")) throw this.#unfinished(closer);
    return true;
  }

  #leave(closer: string): boolean {
    if (!this.scanner.take(closer)) return false;
    this.depth -= 1;
    return true;
  }

  #unfinished(closer: string): Error {
    return this.scanner.error(`expected \`,\` or \`${closer}\``);
  }
}

/**
 * Reads a whole JSON text.
 * @param read Reads the value; an object or array comes as {@link UnreadObject} or {@link UnreadArray}.
 * @throws HarmonyError `invalid-json`, `json-too-deep` or `number-out-of-range`, with the `offset` in UTF-16 units; or
 *   what `read` throws, if its mistake comes first in the text.
 */
export function readJsonText<T>(json: string, read: (value: unknown) => T): T {
  const text = new JsonText(json);
  const value = read(text.value());
  text.end();
  return value;
}

/** What a number needs that a double may be unable to hold: 16 digits, or an exponent of three. */
const MAY_BE_ROUNDED = /[0-9][0-9.]{15}|[eE][+-]?[0-9]{3}/;

/**
 * The numbers of a JSON text that `JSON.parse` rounds, such as `12345678901234567890`, as the text spells them.
 * @param json Text that `JSON.parse` accepts.
 */
export function roundedNumbers(json: string): string[] {
  const rounded: string[] = [];
  if (!MAY_BE_ROUNDED.test(json)) return rounded;
  const scanner = new JsonScanner(json);
  for (let next = scanner.peek(); next !== undefined; next = scanner.peek()) {
    if ("{}[],:".includes(next)) {
      scanner.take(next);
      continue;
    }
    const spelling = scanner.skipScalar();
    if (spelling !== undefined && /[0-9]/.test(spelling) && isRounded(spelling)) rounded.push(spelling);
  }
  return rounded;
}
