import { JsonScanner } from "./scanner.js";
import { JsonObject, type JsonTree } from "./value.js";

/** Levels of nesting that the reference's reader takes. */
const MAX_DEPTH = 127;
const CLOSER: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** An object whose opening brace is next in the text: whoever gets one reads it to its end, or throws. */
export class UnreadObject {
  readonly text: JsonText;

  constructor(text: JsonText) {
    this.text = text;
  }
}

/** An array whose opening bracket is next in the text: whoever gets one reads it to its end, or throws. */
export class UnreadArray {
  readonly text: JsonText;

  constructor(text: JsonText) {
    this.text = text;
  }
}

/**
 * JSON text that is read as it is asked for, without losing the spelling of numbers, the order of keys, or the fact that a
 * key was given twice. As strict as the reference: no byte order mark, no lone surrogate escapes, at most 127 levels.
 *
 * The reference looks at types while it reads the text, so that of several mistakes the first one is named, whatever its
 * kind. What it first gathers as a whole, this gathers as a tree; what it skips, this skips.
 */
export class JsonText {
  readonly #scanner: JsonScanner;
  #depth = 0;

  constructor(text: string) {
    this.#scanner = new JsonScanner(text);
  }

  /** The value that is next; of an object or array only that it is one. */
  value(): JsonTree | UnreadObject | UnreadArray {
    const first = this.#scanner.peek();
    if (first === "{") return new UnreadObject(this);
    if (first === "[") return new UnreadArray(this);
    return this.#scanner.scalar();
  }

  /** The value that is next, with everything in it. */
  tree(): JsonTree {
    const first = this.#scanner.peek();
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
    return this.#scanner.scalar();
  }

  /** Goes past the value that is next. As for the reference it may be as deep as it likes, and hold any number. */
  skip(): void {
    const scanner = this.#scanner;
    const closers: string[] = [];
    do {
      const opener = scanner.peek() ?? "";
      const closer = CLOSER[opener];
      if (closer === undefined) scanner.skipScalar();
      else scanner.take(opener);
      if (closer !== undefined && !scanner.take(closer)) {
        closers.push(closer);
      } else {
        // A value has ended, and with it perhaps what it stands in.
        while (closers.length > 0 && scanner.take(closers.at(-1)!)) closers.pop();
        if (closers.length > 0 && !scanner.take(",")) throw this.#unfinished(closers.at(-1)!);
      }
      if (closers.at(-1) === "}") this.#skipKey();
    } while (closers.length > 0);
  }

  /** Enters the object that is next. Its first key; `undefined` where it is empty. */
  firstKey(): string | undefined {
    return this.#enter("{", "}") ? this.#scanner.key() : undefined;
  }

  /** The key after a value that was read; `undefined` at the end of the object, which is thereby left. */
  nextKey(): string | undefined {
    return this.#goesOn("}") ? this.#scanner.key() : undefined;
  }

  /** Goes past the colon after a key. */
  colon(): void {
    this.#scanner.colon();
  }

  /** Enters the array that is next. Whether it has a first item. */
  firstItem(): boolean {
    return this.#enter("[", "]");
  }

  /** Whether there is another item after the one that was read; if not, the array is left. */
  nextItem(): boolean {
    return this.#goesOn("]");
  }

  /** @throws HarmonyError `invalid-json` where something follows. */
  end(): void {
    if (this.#scanner.peek() !== undefined) throw this.#scanner.error("trailing characters");
  }

  #skipKey(): void {
    if (this.#scanner.peek() !== '"') throw this.#scanner.error("key must be a string");
    this.#scanner.skipScalar();
    this.#scanner.colon();
  }

  #enter(opener: string, closer: string): boolean {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#scanner.error("recursion limit exceeded", "json-too-deep");
    this.#scanner.take(opener);
    return !this.#leave(closer);
  }

  #goesOn(closer: string): boolean {
    if (this.#leave(closer)) return false;
    if (!this.#scanner.take(",")) throw this.#unfinished(closer);
    return true;
  }

  #leave(closer: string): boolean {
    if (!this.#scanner.take(closer)) return false;
    this.#depth -= 1;
    return true;
  }

  #unfinished(closer: string): Error {
    return this.#scanner.error(`expected \`,\` or \`${closer}\``);
  }
}

/**
 * Reads JSON text with a reader of values, which may get an {@link UnreadObject} or {@link UnreadArray}.
 * @throws HarmonyError `invalid-json`, `json-too-deep` or `number-out-of-range`, with the `offset` in UTF-16 units; or
 *   whatever the reader throws, where that comes first in the text.
 */
export function readJsonText<T>(json: string, read: (value: unknown) => T): T {
  const text = new JsonText(json);
  const value = read(text.value());
  text.end();
  return value;
}
