// A scripted engine as a process of its own: it speaks llama-server's `POST /completion` and its `POST
// /v1/chat/completions`, both streamed, and writes so many tokens a second into each stream. It knows when it wrote each.
//
//   node bench/gateway/engine.mjs TOKENS_PER_SECOND
import { createServer } from "node:http";
import { loadHarmonyEncoding } from "../../dist/index.js";

const encoding = loadHarmonyEncoding();
const period = 1000 / Number(process.argv[2]);

/** Streams are written to in turns within the period: all at once would be a load that no engine makes. */
const TURNS = 10;

const BEGINNING = encoding.encode("<|channel|>final<|message|>", { allowedSpecial: "all" });
const [RETURN] = encoding.encode("<|return|>", { allowedSpecial: "all" });

/** The nth token of every answer: its number in three digits, which is one token. */
const NUMBERS = Array.from({ length: 1000 }, (_, number) => {
  const text = String(number).padStart(3, "0");
  const tokens = encoding.encode(text);
  if (tokens.length !== 1) throw new Error(`${text} is ${tokens.length} tokens`);
  return { text, token: tokens[0] };
});

/** When the tokens of each stream were written, by its name; milliseconds of the clock that all processes share. */
let times = new Map();
/** The streams of each turn. */
const turns = Array.from({ length: TURNS }, () => new Set());
let next = 0;

const now = () => Number(process.hrtime.bigint()) / 1e6;

const start = now();
let ticks = 0;
const tick = () => {
  // What is late is made up for at once: the pace is that of the clock.
  for (const due = (now() - start) / (period / TURNS); ticks < due; ticks++) {
    for (const stream of turns[ticks % TURNS]) stream();
  }
  setTimeout(tick, 1);
};
tick();

const server = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  if (request.url === "/times") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(Object.fromEntries(times)));
    times = new Map();
    return;
  }
  const protocol = PROTOCOLS[request.url];
  if (protocol === undefined) {
    response.writeHead(request.url === "/health" ? 200 : 404, { "content-type": "application/json" });
    response.end('{"status":"ok"}');
    return;
  }
  const body = JSON.parse(text);
  // "stream NAME: COUNT tokens" is what everybody asks.
  const [, name, count] = /stream (\S+): (\d+) tokens/.exec(protocol.questionOf(body));
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of protocol.begin(body)) response.write(event);
  const written = [];
  times.set(name, written);
  const turn = turns[next++ % TURNS];
  const write = () => {
    if (response.destroyed) return turn.delete(write);
    response.write(protocol.token(written.length, body));
    written.push(now());
    if (written.length < Number(count)) return;
    turn.delete(write);
    response.end(protocol.end(written.length, body));
  };
  turn.add(write);
});
// Short, so that connections that somebody keeps for later do not look like ones that somebody has forgotten.
server.keepAliveTimeout = 2_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

const data = (event) => `data: ${JSON.stringify(event)}\n\n`;

const completion = (content, token, index, body) =>
  data({
    index: 0,
    content,
    tokens: [token],
    stop: false,
    id_slot: 0,
    tokens_predicted: index + 1,
    tokens_evaluated: body.prompt.length,
  });

const chunk = (choice, model) =>
  data({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model,
    choices: [{ index: 0, finish_reason: null, ...choice }],
  });

const PROTOCOLS = {
  "/completion": {
    questionOf: ({ prompt }) => encoding.decode(prompt),
    begin: (body) => BEGINNING.map((token, index) => completion(encoding.decode([token]), token, index, body)),
    token: (index, body) => {
      const { text, token } = NUMBERS[index % 1000];
      return completion(text, token, BEGINNING.length + index, body);
    },
    end: (count, body) => {
      const written = BEGINNING.length + count;
      const end = { content: "", tokens: [], stop: true, stop_type: "eos", tokens_evaluated: body.prompt.length };
      return completion("<|return|>", RETURN, written, body) + data({ ...end, tokens_predicted: written + 1 });
    },
  },
  "/v1/chat/completions": {
    questionOf: ({ messages }) => JSON.stringify(messages),
    begin: ({ model }) => [chunk({ delta: { role: "assistant", content: "" } }, model)],
    token: (index, { model }) => chunk({ delta: { content: NUMBERS[index % 1000].text } }, model),
    end: (_count, { model }) => `${chunk({ delta: {}, finish_reason: "stop" }, model)}data: [DONE]\n\n`,
  },
};
