import { bytesOfFirstTokens, type Merges } from "../merges.js";

/**
 * Byte-pair merging straight from the packed merges. Many times slower than with a table, but there is no table to fill:
 * a program that encodes one short text is done before the table would hold the letters of the alphabet (10 ms).
 */
export class FirstMerge {
  readonly #merges: Merges;
  readonly #tokenOfByte = new Int32Array(256);

  constructor(merges: Merges) {
    this.#merges = merges;
    const bytes = bytesOfFirstTokens();
    for (let token = 0; token < bytes.length; token++) this.#tokenOfByte[bytes[token]!] = token;
  }

  /** Merges the bytes from `start` to before `end`; writes the tokens and gives the index after the last. */
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, outAt: number): number {
    const parts: number[] = [];
    for (let i = start; i < end; i++) parts.push(this.#tokenOfByte[bytes[i]!]!);
    // What each part and the next merge into, or -1.
    const merged: number[] = [];
    for (let i = 0; i + 1 < parts.length; i++) merged.push(this.#merges.find(parts[i]!, parts[i + 1]!));
    for (;;) {
      let at = -1;
      for (let i = 0; i < merged.length; i++) {
        if (merged[i]! >= 0 && (at < 0 || merged[i]! < merged[at]!)) at = i;
      }
      if (at < 0) break;
      parts.splice(at, 2, merged[at]!);
      merged.splice(at, 1);
      if (at > 0) merged[at - 1] = this.#merges.find(parts[at - 1]!, parts[at]!);
      if (at < merged.length) merged[at] = this.#merges.find(parts[at]!, parts[at + 1]!);
    }
    for (let i = 0; i < parts.length; i++) out[outAt + i] = parts[i]!;
    return outAt + parts.length;
  }
}
