const REPLACEMENT = "\uFFFD";
const REPLACING = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Incremental UTF-8 with the reference's pace: each push gives the valid text so far and at most *one* broken sequence
 * as U+FFFD; the bytes after that wait for the next push. A sequence that is merely incomplete waits as well. What
 * counts as one broken sequence is what WHATWG decoders replace by one U+FFFD.
 */
export class Utf8Stream {
  #bytes: Uint8Array = new Uint8Array(64);
  #start = 0;
  #end = 0;
  #replacements = 0;

  /** Whether no bytes wait. */
  get isEmpty(): boolean {
    return this.#start === this.#end;
  }

  /** How many broken sequences were replaced since the last {@link Utf8Stream.reset}. */
  get replacements(): number {
    return this.#replacements;
  }

  /** Adds bytes; returns the text they complete, `""` where there is none. */
  push(bytes: Uint8Array): string {
    this.#append(bytes);
    return this.#next();
  }

  /** The text of the bytes that wait, with U+FFFD for what is broken or incomplete. They go on waiting. */
  get tail(): string {
    return this.isEmpty ? "" : REPLACING.decode(this.#bytes.subarray(this.#start, this.#end));
  }

  /** Forgets everything. */
  reset(): void {
    this.#start = 0;
    this.#end = 0;
    this.#replacements = 0;
  }

  #append(added: Uint8Array): void {
    if (this.isEmpty) {
      this.#start = 0;
      this.#end = 0;
    }
    const end = this.#end + added.length;
    if (end > this.#bytes.length) {
      // Doubling what is kept, rather than growing by what is added, keeps the cost per byte constant.
      const waiting = this.#bytes.subarray(this.#start, this.#end);
      const grown = new Uint8Array(Math.max(this.#bytes.length, 2 * (waiting.length + added.length)));
      grown.set(waiting);
      this.#bytes = grown;
      this.#end = waiting.length;
      this.#start = 0;
    }
    this.#bytes.set(added, this.#end);
    this.#end += added.length;
  }

  /** Takes the valid text at the start, and one broken sequence where one follows it. */
  #next(): string {
    const bytes = this.#bytes;
    const end = this.#end;
    let text = "";
    let at = this.#start;
    while (at < end) {
      const first = bytes[at]!;
      if (first < 0x80) {
        text += String.fromCharCode(first);
        at++;
        continue;
      }
      const length = lengthOf(first);
      let codePoint = length === 2 ? first & 0x1f : length === 3 ? first & 0x0f : first & 0x07;
      let read = 1;
      while (read < length && at + read < end && continues(first, read, bytes[at + read]!)) {
        codePoint = (codePoint << 6) | (bytes[at + read]! & 0x3f);
        read++;
      }
      if (length > 0 && read === length) {
        text += String.fromCodePoint(codePoint);
        at += length;
      } else if (length > 0 && at + read === end) {
        break;
      } else {
        text += REPLACEMENT;
        at += read;
        this.#replacements++;
        break;
      }
    }
    this.#start = at;
    return text;
  }
}

/** How many bytes a sequence has that begins with this byte (not ASCII); 0 where none does. */
function lengthOf(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

/** Whether a byte may stand at this place; the second is where overlong forms, surrogates and too high code points show. */
function continues(first: number, place: number, byte: number): boolean {
  if (place === 1) {
    if (first === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
    if (first === 0xed) return byte >= 0x80 && byte <= 0x9f;
    if (first === 0xf0) return byte >= 0x90 && byte <= 0xbf;
    if (first === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  }
  return byte >= 0x80 && byte <= 0xbf;
}
