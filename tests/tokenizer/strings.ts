/** Returns a generator of numbers from 0 to below 1, which are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Characters that the split pattern tells apart. Those with a rule of their own are in several alphabets. */
const ALPHABETS: readonly string[] = [
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  " ",
  " \n\r\t\u000b\u000c\u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\ufeff\u200b",
  "\n\r",
  "0123456789½²五Ⅷ٣६",
  '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~',
  "'’/",
  "stmdlrveSTMDLRVEſK",
  "àéîõüßÀÉÎÕÜǅǲʰªº",
  "абвгдежзиклмнопрстуАБВГДЕЖЗ",
  "αβγδεζηθΑΒΓΔ",
  "\u0301\u0308\u20e3\u093f\u0651\u20dd",
  "कखगघनमसहिीुे्",
  "الحرية والمساواة",
  "漢字仮名交文的一是不",
  "ひらがなカタカナ한국어가나다",
  "😀👍🏽👩‍👩‍👧🇫🇷𝒜𝓏𐐀𐐨",
  "\0\u0001\u007f\u00ad\uffff\u{10ffff}",
  "\ud800\udfff\udc00\udbff",
];

/** Text that a tokenizer may trip over: runs from a few alphabets, repeated, mixed, and cut off anywhere. */
export function trippingText(random: () => number): string {
  const below = (limit: number) => Math.floor(random() * limit);
  const parts = 1 + below(8);
  let text = "";
  for (let part = 0; part < parts; part++) {
    const characters = Array.from(ALPHABETS[below(ALPHABETS.length)]!);
    const others = Array.from(ALPHABETS[below(ALPHABETS.length)]!);
    const length = 1 + below(random() < 0.05 ? 300 : random() < 0.5 ? 4 : 12);
    let run = "";
    for (let i = 0; i < length; i++) {
      const from = random() < 0.15 ? others : characters;
      run += from[below(from.length)]!;
    }
    text += random() < 0.1 ? run.repeat(1 + below(12)) : run;
  }
  return text;
}
