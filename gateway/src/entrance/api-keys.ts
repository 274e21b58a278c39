import { createHash, timingSafeEqual } from "node:crypto";

/** The keys that open a gateway. How long a comparison takes says nothing about them, not even their length. */
export class ApiKeys {
  readonly #hashes: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.#hashes = keys.map(hashOf);
  }

  /** Whether there is a key at all. */
  get areAsked(): boolean {
    return this.#hashes.length > 0;
  }

  /** @param authorization The header: `Bearer KEY`. */
  open(authorization: string | null): boolean {
    const key = /^Bearer +(\S+)\s*$/i.exec(authorization ?? "")?.[1];
    if (key === undefined) return false;
    const hash = hashOf(key);
    let isKnown = false;
    // All of them, whichever it is.
    for (const known of this.#hashes) isKnown = timingSafeEqual(known, hash) || isKnown;
    return isKnown;
  }
}

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
