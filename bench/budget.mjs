/**
 * Measures `fitConversation` against what it replaces: dropping the oldest turn and counting the rest again, until it fits.
 * Half of the conversation has to go. Needs a build: `npm run build`.
 *
 *   node bench/budget.mjs
 */
import { cpus } from "node:os";
import { pathToFileURL } from "node:url";
import { DIST } from "./paths.mjs";
import { median } from "./statistics.mjs";

const { Conversation, fitConversation, loadHarmonyEncoding } = await import(pathToFileURL(DIST).href);
const encoding = loadHarmonyEncoding();

const MESSAGES_PER_TURN = 5;
const ROUNDS = 7;

/** Turns with reasoning, a call and its result; no two have the same texts. */
function chat(messages) {
  const turns = Array.from({ length: messages / MESSAGES_PER_TURN }, (_, turn) => [
    { role: "user", content: `What is the weather in city number ${turn}, and should I take an umbrella with me?` },
    { role: "assistant", channel: "analysis", content: `The user asks about city ${turn}. I need the weather first.` },
    {
      role: "assistant",
      channel: "commentary",
      recipient: "functions.get_weather",
      content_type: "<|constrain|>json",
      content: JSON.stringify({ city: turn, format: "celsius" }),
    },
    {
      role: "tool",
      name: "functions.get_weather",
      recipient: "assistant",
      channel: "commentary",
      content: JSON.stringify({ city: turn, days: Array.from({ length: 8 }, (_, day) => ({ day, rain: turn % 7 })) }),
    },
    { role: "assistant", channel: "final", content: `In city ${turn} it rains on ${turn % 7} days: better take one.` },
  ]);
  return new Conversation({ messages: turns.flat() });
}

/** What a program does without `fitConversation`. */
function dropAndCount({ messages }, maxTokens) {
  let first = 0;
  const count = () =>
    encoding.countConversationTokens({ messages: messages.slice(first) }, { nextTurnRole: "assistant" });
  while (count() > maxTokens) first += MESSAGES_PER_TURN;
  return first;
}

/** Processor time, which does not depend on what else the machine is doing. */
function milliseconds(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

console.log(`Node.js ${process.version}, ${cpus()[0]?.model}`);
console.log("| messages | tokens | fitConversation | counting all of it once | drop and count again | ratio |");
console.log("|---|---|---|---|---|---|");
dropAndCount(chat(1_000), 10_000);
for (const size of [100, 1_000, 10_000]) {
  const conversation = chat(size);
  const tokens = encoding.countConversationTokens(conversation, { nextTurnRole: "assistant" });
  const maxTokens = Math.floor(tokens / 2);
  const fitted = fitConversation(encoding, conversation, { maxTokens });
  const rounds = (work) => median(Array.from({ length: ROUNDS }, () => milliseconds(work)));
  const fitting = rounds(() => fitConversation(encoding, conversation, { maxTokens }));
  const counting = rounds(() => encoding.countConversationTokens(conversation, { nextTurnRole: "assistant" }));
  let first;
  const work = () => {
    first = dropAndCount(conversation, maxTokens);
  };
  // With 10,000 messages one round takes most of a minute.
  const naive = size > 1_000 ? milliseconds(work) : rounds(work);
  if (first !== fitted.dropped.length * MESSAGES_PER_TURN) throw new Error("the two do not drop the same turns");
  const row = [size, tokens, fitting, counting, naive, naive / fitting].map((value) =>
    value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3),
  );
  console.log(`| ${row[0]} | ${row[1]} | ${row[2]} ms | ${row[3]} ms | ${row[4]} ms | ${row[5]}x |`);
}
