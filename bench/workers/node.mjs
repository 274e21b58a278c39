/**
 * One contender in JavaScript, in a process of its own. Reads questions from standard input, a line of JSON each, and
 * answers each with a line. `bench/native` does the same in Python and in Rust.
 *
 *   node bench/workers/node.mjs module-of-the-adapter
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** @type {import("../adapter.mjs").Adapter} */
let adapter;
/** The contents of files, read before anything is timed. */
const contents = new Map();
const tokensOfFiles = new Map();
/** Takes all results, so that no work can be optimised away. */
let sink = 0;

/** The strings or completions of a file, all or the first `limit`. */
const read = ({ file, limit }) => {
  const content = remember(contents, file, () => JSON.parse(readFileSync(file, "utf8")));
  return (content.completions ?? content).slice(0, limit);
};
const tokensOf = (question) =>
  remember(tokensOfFiles, question.file, () => read(question).map((text) => adapter.encode(text)));
const conversationOf = ({ file }) =>
  remember(contents, `${file} conversation`, () => adapter.conversation(readFileSync(file, "utf8")));

function remember(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}

/** Makes the pass that a question asks for, with its input at hand. */
const PASSES = {
  encode: (question) => {
    const texts = read(question);
    return () => {
      for (const text of texts) sink += adapter.encode(text).length;
    };
  },
  count: (question) => {
    const texts = read(question);
    return () => {
      for (const text of texts) sink += adapter.count(text);
    };
  },
  decode: (question) => {
    const lists = tokensOf(question);
    return () => {
      for (const tokens of lists) sink += adapter.decode(tokens).length;
    };
  },
  parse: (question) => {
    const { options, content } = question;
    const completions = read(question);
    return () => {
      for (const tokens of completions) {
        const parser = adapter.parser(options);
        for (const token of tokens) {
          parser.process(token);
          const delta = content ? parser.currentContent : parser.lastContentDelta;
          if (delta !== undefined) sink += delta.length;
        }
      }
    };
  },
  shape: (question) => {
    const completions = read(question);
    const run = adapter.shapes[question.shape]((piece) => {
      sink += piece.type?.length ?? 1;
    });
    return () => {
      for (const tokens of completions) sink += run(tokens);
    };
  },
  render: (question) => {
    const conversation = conversationOf(question);
    return () => {
      sink += adapter.render(conversation).length;
    };
  },
};

/** A contender's answers, to be compared with those of the others. */
const DIGESTS = {
  encode: (question) => read(question).map((text) => digestOf(adapter.encode(text))),
  count: (question) => read(question).map((text) => String(adapter.count(text))),
  decode: (question) => tokensOf(question).map((tokens) => sha256(adapter.decode(tokens))),
  parse: (question) =>
    read(question).map((tokens) => {
      const parser = adapter.parser(question.options);
      let text = "";
      for (const token of tokens) text += parser.process(token).lastContentDelta ?? "";
      return `${parser.messages.length} ${sha256(text)}`;
    }),
  shape: (question) => {
    const run = adapter.shapes[question.shape](() => {});
    return read(question).map((tokens) => String(run(tokens)));
  },
  render: (question) => [digestOf(adapter.render(conversationOf(question)))],
};

const ANSWERS = {
  load: async ({ module }) => {
    adapter = await (await import(module)).load();
    return Object.keys(adapter);
  },
  digest: (question) => DIGESTS[question.of](question),
  /** Milliseconds for one pass; passes are repeated until `atLeast` milliseconds have gone by. */
  time: (question) => {
    const pass = PASSES[question.of](question);
    const { atLeast = 0, clock = "wall" } = question;
    const now = CLOCKS[clock];
    const start = now();
    let passes = 0;
    let elapsed = 0;
    do {
      pass();
      passes++;
      elapsed = now() - start;
    } while (elapsed < atLeast);
    return elapsed / passes;
  },
};

/** Milliseconds since some moment. */
const CLOCKS = {
  wall: () => performance.now(),
  /** What this thread has computed, whoever else uses the processor. Older releases only know it of the whole process. */
  cpu: () => {
    const { user, system } = (process.threadCpuUsage ?? process.cpuUsage).call(process);
    return (user + system) / 1_000;
  },
};

function digestOf(tokens) {
  return sha256(Uint32Array.from(tokens));
}

function sha256(value) {
  return createHash("sha256").update(value).digest("hex").slice(0, 16);
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  let answer;
  try {
    answer = { ok: await ANSWERS[question.ask](question) };
  } catch (error) {
    answer = { error: String(error instanceof Error ? error.message : error).slice(0, 200) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
if (sink < 0) throw new Error("lengths are never negative");
