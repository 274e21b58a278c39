const REPLACEMENT = "\uFFFD";

/**
 * Decodes UTF-8 that arrives in chunks cut anywhere. Bytes are pushed, and {@link Utf8Decoder.next} takes text from
 * them; an incomplete character waits for the bytes that complete it.
 *
 * A call to `next` stops behind the first sequence that is not UTF-8, which becomes one U+FFFD. That is the pace of the
 * reference's parser, which reports one broken sequence per token; whoever wants all the text at once calls `next`
 * until {@link Utf8Decoder.hasReplaced} is false. What counts as one broken sequence is what the WHATWG's decoder
 * replaces by one U+FFFD.
 */
export class Utf8Decoder {
  #bytes: Uint8Array = new Uint8Array(64);
  #start = 0;
  #end = 0;
  /** How many bytes were taken before `#bytes[0]`. */
  #discarded = 0;
  #replacedFrom = -1;
  #replacements = 0;

  /** Whether no bytes wait. */
  get isEmpty(): boolean {
    return this.#start === this.#end;
  }

  /** How many bytes wait. */
  get waiting(): number {
    return this.#end - this.#start;
  }

  /** How many bytes were pushed since the last {@link Utf8Decoder.reset}. */
  get pushed(): number {
    return this.#discarded + this.#end;
  }

  /** How many bytes were taken since the last {@link Utf8Decoder.reset}. */
  get taken(): number {
    return this.#discarded + this.#start;
  }

  /** Whether the last call to {@link Utf8Decoder.next} or {@link Utf8Decoder.last} ended with a broken sequence. */
  get hasReplaced(): boolean {
    return this.#replacedFrom >= 0;
  }

  /** Where that broken sequence began, in bytes since the last {@link Utf8Decoder.reset}; it ends at `taken`. */
  get replacedFrom(): number {
    return this.#replacedFrom;
  }

  /** How many broken sequences were replaced since the last {@link Utf8Decoder.reset}. */
  get replacements(): number {
    return this.#replacements;
  }

  /** Adds bytes behind those that wait. */
  push(added: Uint8Array): void {
    if (this.isEmpty) {
      this.#discarded += this.#end;
      this.#start = 0;
      this.#end = 0;
    }
    const end = this.#end + added.length;
    if (end > this.#bytes.length) {
      // Doubling the size of what is kept, rather than growing it by what is added, keeps the cost per byte constant.
      const waiting = this.#bytes.subarray(this.#start, this.#end);
      const grown = new Uint8Array(Math.max(this.#bytes.length, 2 * (waiting.length + added.length)));
      grown.set(waiting);
      this.#bytes = grown;
      this.#discarded += this.#start;
      this.#end = waiting.length;
      this.#start = 0;
    }
    this.#bytes.set(added, this.#end);
    this.#end += added.length;
  }

  /** Takes the text of the waiting bytes, up to the first broken sequence or an incomplete character. */
  next(): string {
    return this.#take(false);
  }

  /** As {@link Utf8Decoder.next}, for bytes that nothing follows: an incomplete character is broken, too. */
  last(): string {
    return this.#take(true);
  }

  /** The text that the waiting bytes would give if nothing followed them. They go on waiting. */
  get tail(): string {
    if (this.isEmpty) return "";
    const [start, replacedFrom, replacements] = [this.#start, this.#replacedFrom, this.#replacements];
    let text = "";
    do text += this.last();
    while (this.hasReplaced);
    this.#start = start;
    this.#replacedFrom = replacedFrom;
    this.#replacements = replacements;
    return text;
  }

  /** Forgets all bytes. */
  reset(): void {
    this.#start = 0;
    this.#end = 0;
    this.#discarded = 0;
    this.#replacedFrom = -1;
    this.#replacements = 0;
  }

  #take(isLast: boolean): string {
    const bytes = this.#bytes;
    const end = this.#end;
    let text = "";
    let at = this.#start;
    this.#replacedFrom = -1;
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
      } else if (!isLast && length > 0 && at + read === end) {
        break;
      } else {
        text += REPLACEMENT;
        this.#replacedFrom = this.#discarded + at;
        this.#replacements++;
        at += read;
        break;
      }
    }
    this.#start = at;
    return text;
  }
}

/** How many bytes a sequence has that begins with this byte (which is not ASCII); 0 if none begins with it. */
function lengthOf(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

/** Whether a byte may stand at this place. The second byte gives away overlong forms, surrogates and what exceeds U+10FFFF. */
function continues(first: number, place: number, byte: number): boolean {
  if (place === 1) {
    if (first === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
    if (first === 0xed) return byte >= 0x80 && byte <= 0x9f;
    if (first === 0xf0) return byte >= 0x90 && byte <= 0xbf;
    if (first === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  }
  return byte >= 0x80 && byte <= 0xbf;
}
