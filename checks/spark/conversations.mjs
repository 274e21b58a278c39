import { closeSync, openSync, writeSync } from "node:fs";

const WORDS =
  'the rain in Spain, plainly: größer 東京 العربية emoji 👩‍💻 <|end|> "quoted" tab\t code(); 3.14159 '.split(" ");

/** Of so many rows one is bad, in one way of several. */
const BAD = 97;

/**
 * Writes conversations with ids, a line each. They follow from the count alone.
 * @param {string} name
 * @param {number} count
 */
export function writeConversations(name, count) {
  const file = openSync(name, "w");
  let state = 1;
  const random = (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const text = (most) => Array.from({ length: 1 + random(most) }, () => WORDS[random(WORDS.length)]).join(" ");
  for (let index = 0; index < count; index++) {
    const messages = [{ role: "system", content: text(20) }];
    for (let turn = random(3); turn >= 0; turn--) {
      messages.push(
        { role: "user", content: text(60) },
        { role: "assistant", channel: "analysis", content: text(100) },
        { role: "assistant", channel: "final", content: text(150) },
      );
    }
    const conversation = { id: `row-${index}`, messages };
    writeSync(file, `${index % BAD === BAD - 1 ? spoilt(conversation, index) : JSON.stringify(conversation)}\n`);
  }
  closeSync(file);
}

function spoilt({ id, messages }, index) {
  const kinds = [
    () => JSON.stringify({ id, messages: [{ role: "bot", content: "Hi" }] }),
    () => JSON.stringify({ id, messages }).slice(0, -3),
    () => JSON.stringify({ id, messages: [...messages, { role: "user", content: "too long ".repeat(3_000) }] }),
    () => JSON.stringify({ id, messages: [{ role: "user", content: 7 }] }),
  ];
  return kinds[Math.floor(index / BAD) % kinds.length]();
}
