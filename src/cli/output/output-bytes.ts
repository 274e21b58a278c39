/** How many bytes there is room for at first, if the output is not text. */
const FIRST_CAPACITY = 1 << 19;

/** Output in the making: texts, which are encoded all at once, and bytes, which are copied into a buffer that grows. */
export class OutputBytes {
  #texts: string[] = [];
  #bytes = new Uint8Array();
  #length = 0;
  #markedTexts = 0;
  #markedLength = 0;
  #spare: ArrayBuffer | undefined;

  /** @param spare A buffer that may be written. New memory costs more than what is written into it. */
  constructor(spare?: ArrayBuffer) {
    this.#spare = spare;
  }

  /** How many bytes there are, apart from texts. */
  get length(): number {
    return this.#length;
  }

  add(data: string | Uint8Array): void {
    if (typeof data === "string") {
      this.#texts.push(data);
      return;
    }
    this.#encode(this.#markedTexts);
    this.#markedTexts = 0;
    this.#markedLength = this.#length;
    this.#encode(this.#texts.length);
    this.#append(data);
  }

  /** Remembers what there is. */
  mark(): void {
    this.#markedTexts = this.#texts.length;
    this.#markedLength = this.#length;
  }

  /** Goes back to what there was at the last mark. */
  takeBack(): void {
    this.#texts.length = this.#markedTexts;
    this.#length = this.#markedLength;
  }

  /** Takes everything out. */
  take(): Uint8Array<ArrayBuffer> {
    this.#encode(this.#texts.length);
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array();
    this.#length = 0;
    this.mark();
    return bytes;
  }

  /** Puts the first texts behind the bytes. */
  #encode(count: number): void {
    if (count === 0) return;
    const bytes = new TextEncoder().encode(this.#texts.splice(0, count).join(""));
    if (this.#length > 0) {
      this.#append(bytes);
      return;
    }
    this.#bytes = bytes;
    this.#length = bytes.length;
  }

  #append(data: Uint8Array): void {
    const length = this.#length + data.length;
    if (length > this.#bytes.length) {
      const larger = this.#room(length);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(data, this.#length);
    this.#length = length;
  }

  #room(length: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined && spare.byteLength >= length) return new Uint8Array(spare);
    return new Uint8Array(Math.max(length * 2, FIRST_CAPACITY));
  }
}
