import { CLASS_RUNS } from "./character-classes.generated.js";

/** The classes of characters that the split pattern tells apart, as of Unicode 16.0, numbered as in the generated table. */
export const CharacterClass = {
  /** Punctuation, symbols, control characters, unassigned code points: everything that is in no other class. */
  OTHER: 0,
  /** Lu, Lt: letters that stand only at the beginning of a word. */
  UPPER: 1,
  /** Ll: letters that stand only at the end of a word. */
  LOWER: 2,
  /** Lm, Lo: letters without case, which may stand anywhere in a word. */
  CASELESS: 3,
  /** M: combining marks. They are parts of words, but may also stand before a word, and in a run of punctuation. */
  MARK: 4,
  /** N */
  NUMBER: 5,
  /** White_Space. Unlike `\s` of a RegExp, it includes U+0085 and not U+FEFF. */
  SPACE: 6,
  /** The class of the end of a text, which no character has. */
  NONE: 255,
} as const;

/** How many code points there are. */
const CODE_POINTS = 0x110000;

/** Returns the class of every code point, followed by {@link CharacterClass.NONE} for the place after the highest. */
export function unpackCharacterClasses(): Uint8Array {
  const classes = new Uint8Array(CODE_POINTS + 1);
  classes[CODE_POINTS] = CharacterClass.NONE;
  let codePoint = 0;
  for (let at = 0; at < CLASS_RUNS.length; ) {
    const run = CLASS_RUNS.charCodeAt(at++) - 35;
    let length = run & 7;
    if (length === 0) {
      let digit: number;
      let weight = 1;
      do {
        digit = CLASS_RUNS.charCodeAt(at++) - 35;
        length += (digit % 28) * weight;
        weight *= 28;
      } while (digit >= 28);
    }
    // Class 0 is not written, so that 0.9 MB of the 1.1 MB stay untouched and take no memory.
    if (run >> 3 !== 0) classes.fill(run >> 3, codePoint, codePoint + length);
    codePoint += length;
  }
  return classes;
}
