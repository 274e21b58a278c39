import { END_OF_TEXT } from "./split-pattern.js";

// The fast half of the splitter: the split pattern as a state machine over ASCII, in a table. Whether a piece begins at a
// byte depends on three things only: what the piece before it is so far (a state), the byte, and the byte after it.

/** The kinds of bytes that the pattern tells apart. */
export const ByteKind = {
  LOWER: 0,
  /** `s t m d`: a contraction, after an apostrophe. */
  LOWER_CONTRACTION: 1,
  /** `r v l`: after an apostrophe, perhaps the first letter of a contraction of two. */
  LOWER_CONTRACTION_OF_TWO: 2,
  UPPER: 3,
  /** Any of those seven letters as a capital. */
  UPPER_CONTRACTION: 4,
  NUMBER: 5,
  BLANK: 6,
  /** White space that is neither a blank nor a newline. */
  TAB: 7,
  /** Line feed and carriage return, for which the pattern has rules of their own. */
  NEWLINE: 8,
  SLASH: 9,
  APOSTROPHE: 10,
  /** Other punctuation, symbols and control characters. */
  OTHER: 11,
  /** A byte of a character of several bytes, which this table does not cut. */
  WIDE: 12,
  /** {@link END_OF_TEXT} */
  END: 13,
} as const;

const {
  LOWER,
  LOWER_CONTRACTION,
  LOWER_CONTRACTION_OF_TWO,
  UPPER,
  UPPER_CONTRACTION,
  NUMBER,
  BLANK,
  TAB,
  NEWLINE,
  SLASH,
  APOSTROPHE,
  OTHER,
  WIDE,
  END,
} = ByteKind;

const KINDS = 14;
const KIND_BITS = 4;

/** What the piece before a byte is so far, as far as it matters for what follows. */
const State = {
  /** Complete: the next byte begins a piece. This is also the state at the beginning of a text. */
  COMPLETE: 0,
  /** A word, so far of capitals only. */
  CAPITALS: 1,
  /** A word that has lower-case letters. */
  WORD: 2,
  /** One punctuation mark, which may be the character before a word. */
  MARK: 3,
  /** More than one punctuation mark, or any after a blank. */
  MARKS: 4,
  /** Newlines and slashes after punctuation. */
  MARKS_TAIL: 5,
  /** One blank, which belongs to the visible character that follows. */
  ONE_BLANK: 6,
  /** One tab, which belongs to what follows only if that is a word. */
  ONE_TAB: 7,
  /** White space that more white space follows. */
  SPACE: 8,
  /** White space that ends in a newline. */
  NEWLINES: 9,
  /** White space after a newline that ends the piece before it, provided that no other newline follows. */
  INDENT: 10,
  ONE_DIGIT: 11,
  TWO_DIGITS: 12,
  /** A word with the apostrophe of a contraction of one letter. */
  CONTRACTION: 13,
} as const;

const STATES = 14;

// What two bytes do, as one byte of the table:
//
//     bit 7        4      3           2         1        0
//        ┌──────────┬────────────┬────────┬────────┬────────┐
//        │ state    │ takes back │ leaves │ second │ first  │
//        │ after    │            │        │ begins │ begins │
//        └──────────┴────────────┴────────┴────────┴────────┘
//
// Most steps only say where pieces begin (1). In two cases the table cannot go on by itself:
//
//     input     S  o  ␣  i  t  '  l  l       L, leaves: whether a contraction follows depends on the byte after "l", which
//     written   1  .  1  .  .  L             this step does not see. The piece that has begun last is cut again by the
//                                            pattern, from its beginning on: "␣it'll".
//
//     input     x  ⏎  ␣  ␣  ⏎  y             T, leaves and takes back: after a newline, the blanks were assumed to indent a
//     written   1  1  1  .  T                line and to begin a piece. Another newline shows that they do not. That
//                                            beginning is taken back, and the pattern cuts the piece before it: "⏎␣␣⏎".
const FIRST_BEGINS = 1;
const SECOND_BEGINS = 2;
/** The table does not know how to go on. The last piece that has begun is to be cut again, by the pattern. */
export const LEAVES = 4;
/** The last piece that has begun does not begin there: it is part of the one before it, which is to be cut again. */
export const TAKES_BACK = 8;
const STATE_SHIFT = 4;
export const STATE_MASK: number = 15 << STATE_SHIFT;

/** Where the kinds of two bytes begin in the table. */
export const KINDS_OF_TWO: number = 1 << 16;

/** What one byte does: whether a piece begins with it, and the state after it, or how the table leaves. */
interface Step {
  readonly begins: boolean;
  readonly state: number;
  readonly leaves: number;
}

const go = (state: number): Step => ({ begins: false, state, leaves: 0 });
const begin = (state: number): Step => ({ begins: true, state, leaves: 0 });
const leave = (leaves: number): Step => ({ begins: false, state: 0, leaves });

const isLower = (kind: number) => kind <= LOWER_CONTRACTION_OF_TWO;
const isUpper = (kind: number) => kind === UPPER || kind === UPPER_CONTRACTION;
const isLetter = (kind: number) => isLower(kind) || isUpper(kind);
const isMark = (kind: number) => kind === SLASH || kind === APOSTROPHE || kind === OTHER;
const isSpace = (kind: number) => kind === BLANK || kind === TAB || kind === NEWLINE;

/** The state of a word after another letter. */
const afterLetter = (kind: number) => (isUpper(kind) ? State.CAPITALS : State.WORD);

/** The step for a byte that begins a piece. */
function first(kind: number, next: number): Step {
  if (isLetter(kind)) return begin(afterLetter(kind));
  if (isMark(kind)) return begin(State.MARK);
  if (kind === NUMBER) return begin(State.ONE_DIGIT);
  if (kind === NEWLINE) return begin(State.NEWLINES);
  if (kind === WIDE || kind === END) return { ...begin(0), leaves: LEAVES };
  if (isSpace(next) || next === END) return begin(State.SPACE);
  return begin(kind === BLANK ? State.ONE_BLANK : State.ONE_TAB);
}

/** The step for a blank or tab in white space: the last one before a visible character begins a piece. */
function inSpace(kind: number, next: number, state: number, leaves: number): Step {
  if (next === WIDE) return leave(leaves);
  return isSpace(next) || next === END ? go(state) : first(kind, next);
}

function stepOf(state: number, kind: number, next: number): Step {
  if (state === State.COMPLETE) return first(kind, next);
  if (kind === WIDE || kind === END) return leave(LEAVES);
  switch (state) {
    case State.CAPITALS:
    case State.WORD:
      if (isLower(kind) || (state === State.CAPITALS && isUpper(kind))) return go(afterLetter(kind));
      if (kind !== APOSTROPHE) break;
      if (next === LOWER_CONTRACTION) return go(State.CONTRACTION);
      // Whether a contraction follows depends on yet another byte, or on a character beyond ASCII.
      if (next === LOWER_CONTRACTION_OF_TWO || next === UPPER_CONTRACTION || next === WIDE) return leave(LEAVES);
      break;
    case State.CONTRACTION:
      return go(State.COMPLETE);
    case State.MARK:
    case State.MARKS:
      if (state === State.MARK && isLetter(kind)) return go(afterLetter(kind));
      if (isMark(kind)) return go(State.MARKS);
      if (kind === NEWLINE) return go(State.MARKS_TAIL);
      break;
    case State.MARKS_TAIL:
      if (kind === NEWLINE || kind === SLASH) return go(State.MARKS_TAIL);
      break;
    case State.ONE_BLANK:
    case State.ONE_TAB:
      if (isLetter(kind)) return go(afterLetter(kind));
      if (state === State.ONE_BLANK && isMark(kind)) return go(State.MARKS);
      break;
    case State.SPACE:
      if (kind === NEWLINE) return go(State.NEWLINES);
      return inSpace(kind, next, State.SPACE, LEAVES);
    case State.NEWLINES:
      if (kind === NEWLINE) return go(State.NEWLINES);
      if (kind !== BLANK && kind !== TAB) break;
      if (next === NEWLINE) return go(State.SPACE);
      // If another newline follows later, the piece ends there. That is rare: a line that has nothing but blanks.
      return next === BLANK || next === TAB ? begin(State.INDENT) : inSpace(kind, next, State.SPACE, LEAVES);
    case State.INDENT:
      if (kind === NEWLINE) return leave(LEAVES | TAKES_BACK);
      return inSpace(kind, next, State.INDENT, LEAVES | TAKES_BACK);
    case State.ONE_DIGIT:
      if (kind === NUMBER) return go(State.TWO_DIGITS);
      break;
    case State.TWO_DIGITS:
      if (kind === NUMBER) return go(State.COMPLETE);
      break;
  }
  return first(kind, next);
}

/** Returns the kind of each byte. */
export function kindsOfBytes(): Uint8Array {
  const kinds = new Uint8Array(256).fill(OTHER, 0, 0x80).fill(WIDE, 0x80, 0xff);
  const set = (characters: string, kind: number) => {
    for (let i = 0; i < characters.length; i++) kinds[characters.charCodeAt(i)] = kind;
  };
  kinds.fill(LOWER, 0x61, 0x7b);
  set("stmd", LOWER_CONTRACTION);
  set("rvl", LOWER_CONTRACTION_OF_TWO);
  kinds.fill(UPPER, 0x41, 0x5b);
  set("STMDRVL", UPPER_CONTRACTION);
  kinds.fill(NUMBER, 0x30, 0x3a);
  set(" ", BLANK);
  set("\t\v\f", TAB);
  set("\n\r", NEWLINE);
  set("/", SLASH);
  set("'", APOSTROPHE);
  kinds[END_OF_TEXT] = END;
  return kinds;
}

/**
 * Returns two tables in one array of 128 KB, of which a text uses some hundred places. (As two arrays they would take
 * more registers than there are, and a tenth more time.)
 *
 * What two bytes do. A step takes two bytes rather than one because each step has to wait for the one before it: that
 * halves the time. Its index:
 *
 *     bit 16 15     12 11      8 7        4 3          0
 *        ┌──┬─────────┬─────────┬──────────┬────────────┐
 *        │ 0│ state   │ kind of │ kind of  │ kind of the│
 *        │  │ before  │ first   │ second   │ byte after │
 *        └──┴─────────┴─────────┴──────────┴────────────┘
 *
 * The kinds of two bytes, `kind of first << 4 | kind of second`. Its index is {@link KINDS_OF_TWO} plus the two bytes as
 * a little-endian number:
 *
 *     bit 16 15              8 7               0
 *        ┌──┬─────────────────┬─────────────────┐
 *        │ 1│ second byte     │ first byte      │
 *        └──┴─────────────────┴─────────────────┘
 */
export function splitTable(kinds: Uint8Array): Uint8Array {
  const table = new Uint8Array(2 * KINDS_OF_TWO);
  for (let bytes = 0; bytes < KINDS_OF_TWO; bytes++) {
    table[KINDS_OF_TWO + bytes] = (kinds[bytes & 0xff]! << KIND_BITS) | kinds[bytes >> 8]!;
  }
  // The steps of one byte, in the form that they have for the second of two.
  const seconds = new Uint8Array(STATES << (2 * KIND_BITS));
  for (let state = 0; state < STATES; state++) {
    for (let kind = 0; kind < KINDS; kind++) {
      for (let next = 0; next < KINDS; next++) {
        const step = stepOf(state, kind, next);
        seconds[(((state << KIND_BITS) | kind) << KIND_BITS) | next] =
          (step.begins ? SECOND_BEGINS : 0) | step.leaves | (step.state << STATE_SHIFT);
      }
    }
  }
  for (let first = 0; first < seconds.length; first++) {
    const step = seconds[first]!;
    const begins = (step & SECOND_BEGINS) !== 0 ? FIRST_BEGINS : 0;
    const at = first << KIND_BITS;
    if ((step & LEAVES) !== 0) {
      table.fill(begins | (step & ~SECOND_BEGINS), at, at + KINDS);
      continue;
    }
    const second = (((step >> STATE_SHIFT) << KIND_BITS) | (first & 15)) << KIND_BITS;
    for (let next = 0; next < KINDS; next++) table[at | next] = begins | seconds[second | next]!;
  }
  return table;
}
