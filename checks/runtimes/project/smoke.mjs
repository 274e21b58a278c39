// The smoke suite: one plain ES module that uses nothing but the language, so that every runtime of the matrix runs the
// same file. The other files of this folder load the package, each in its own way, and hand it over.

/** How many failures are reported: some runtimes cut long lines of output. */
const REPORTED = 10;

/**
 * @param {typeof import("harmony-format") & typeof import("harmony-format/stream") &
 *   { text: typeof import("harmony-format/text") }} harmony Every entry point, however it was loaded.
 * @param {Record<string, object[]>} sample Recorded answers of the reference, by kind; see ../sample.mjs.
 * @returns {Promise<{ checks: number, passed: number, failures: string[] }>}
 */
export async function smoke(harmony, sample) {
  const failures = [];
  let passed = 0;
  const checks = [...checksOf(harmony), ...recordedChecksOf(harmony, sample)];
  for (const [name, run] of checks) {
    try {
      await run();
      passed += 1;
    } catch (error) {
      failures.push(`${name}: ${error?.message ?? error}`);
    }
  }
  return { checks: checks.length, passed, failures: failures.slice(0, REPORTED) };
}

const CONVERSATION = { messages: [{ role: "user", content: "What is 2 + 2?" }] };
const PROMPT = "<|start|>user<|message|>What is 2 + 2?<|end|><|start|>assistant";
const COMPLETION =
  "<|channel|>analysis<|message|>Naïve sum. 😀<|end|>" +
  '<|start|>assistant<|channel|>commentary to=functions.add <|constrain|>json<|message|>{"a":2,"b":2}<|call|>';
const MESSAGES = [
  { role: "assistant", content: "Naïve sum. 😀", channel: "analysis" },
  {
    role: "assistant",
    recipient: "functions.add",
    content: '{"a":2,"b":2}',
    channel: "commentary",
    content_type: "<|constrain|>json",
  },
];
const CONTENT = MESSAGES.map(({ content }) => content).join("");

/** @returns {[name: string, run: () => unknown][]} */
function checksOf(harmony) {
  const load = () => harmony.loadHarmonyEncoding();
  const tokensOf = (text) => load().encode(text, { allowedSpecial: "all" });
  const parse = (parser, pieces) => {
    const events = pieces.flatMap((piece) => parser.push(piece));
    parser.processEos();
    return { events, messages: plain(parser.messages) };
  };
  return [
    ["load: at once, and the same encoding again", () => same(load(), load())],
    ["load: named as the reference names it", () => equal(load().name, "HarmonyGptOss")],
    ["load: the entry points share their classes", () => same(harmony.text.Message, harmony.Message)],
    ["load: an unknown name is refused", () => refuses(() => harmony.loadHarmonyEncoding("x"), "unknown-encoding")],
    [
      "render: a prompt",
      () => equal(load().decodeUtf8(load().renderConversationForCompletion(CONVERSATION, "assistant")), PROMPT),
    ],
    [
      "render: instances and literals alike",
      () => {
        const { Conversation, Message, Role } = harmony;
        const made = Conversation.fromMessages([Message.fromRoleAndContent(Role.USER, "What is 2 + 2?")]);
        equal(load().renderConversation(made), load().renderConversation(CONVERSATION));
      },
    ],
    [
      "render: a system and a developer message with tools",
      () => {
        const { DeveloperContent, SystemContent, ToolDescription } = harmony;
        const add = ToolDescription.new("add", "Adds.", { type: "object", properties: { a: { type: "number" } } });
        const messages = [
          { role: "system", content: [SystemContent.new().withBrowserTool().withPythonTool()] },
          { role: "developer", content: [DeveloperContent.new().withInstructions("Hi").withFunctionTools([add])] },
        ];
        const text = load().decodeUtf8(load().renderConversation({ messages }));
        contains(text, "type add = (_: {\na?: number,\n}) => any;");
        contains(text, "## browser");
      },
    ],
    [
      "render: text parts without tokens",
      () => {
        const parts = harmony.renderConversationParts(CONVERSATION, { nextTurnRole: "assistant" });
        equal(parts.map(({ text }) => text).join(""), PROMPT);
      },
    ],
    ["encode: text in many scripts", () => equal(load().encode("héllo 世界 🙂"), [79163, 72807, 185558, 26192])],
    ["encode: a lone surrogate is U+FFFD", () => equal(load().encode("a\ud800b"), load().encode("a\ufffdb"))],
    ["encode: special tokens only where allowed", () => equal(tokensOf("<|start|>"), [200006])],
    ["encode: never by accident", () => refuses(() => load().encode("<|start|>"), "disallowed-special-token")],
    [
      "encode: half a million letters",
      () => equal(load().decode(load().encode("a".repeat(500_000))), "a".repeat(500_000)),
    ],
    ["decode: text, and bytes", () => equal(bytesOf(load().decodeBytes(load().encode("é"))), [0xc3, 0xa9])],
    ["decode: half a character", () => equal(load().decode(tokensOf("🫠").slice(0, 1)), "\ufffd")],
    [
      "decode: exactly, or an error",
      () => refuses(() => load().decodeUtf8(tokensOf("🫠").slice(0, 1)), "invalid-utf8"),
    ],
    ["decode: no leak into the next call", () => equal(load().decode(load().encode("ok")), "ok")],
    [
      "parse: a completion",
      () => equal(plain(load().parseMessagesFromCompletionTokens(tokensOf(COMPLETION), "assistant")), MESSAGES),
    ],
    [
      "stream: token by token, deltas whole",
      () => {
        const parser = new harmony.StreamableParser(load(), "assistant");
        let deltas = "";
        for (const token of tokensOf(COMPLETION)) deltas += parser.process(token).lastContentDelta ?? "";
        parser.processEos();
        equal(plain(parser.messages), MESSAGES);
        equal(deltas, CONTENT);
      },
    ],
    [
      "events: from tokens",
      () => {
        const { events, messages } = parse(new harmony.StreamableParser(load(), "assistant"), tokensOf(COMPLETION));
        equal(messages, MESSAGES);
        equal(deltasOf(events), CONTENT);
      },
    ],
    [
      "resilient: broken output is repaired and reported",
      () => {
        const tokens = tokensOf("<|channel|>final<|message|>Four.<|start|>assistant<|channel|>final<|message|>Done");
        const parser = new harmony.StreamableParser(load(), "assistant", { mode: "resilient" });
        const { messages } = parse(parser, tokens);
        equal(
          messages.map(({ content }) => content),
          ["Four.", "Done"],
        );
        if (parser.diagnostics.length === 0) throw new Error("nothing was reported");
      },
    ],
    [
      "text mode: cut anywhere",
      () => {
        for (let size = 1; size < 9; size += 1) {
          const { events, messages } = parse(new harmony.HarmonyTextParser("assistant"), cut(COMPLETION, size));
          equal(messages, MESSAGES);
          equal(deltasOf(events), CONTENT);
        }
      },
    ],
    [
      "streams: an async iterator over text chunks",
      async () => {
        const parser = new harmony.HarmonyTextParser("assistant");
        const events = [];
        for await (const event of harmony.parseStream(parser, cut(COMPLETION, 7))) events.push(event);
        equal(deltasOf(events), CONTENT);
        equal(events.at(-1).type, "end");
      },
    ],
    [
      "streams: an abort signal",
      async () => {
        const controller = new AbortController();
        const source = (async function* () {
          yield tokensOf(COMPLETION).slice(0, 4);
          await new Promise(() => {});
        })();
        const parser = new harmony.StreamableParser(load(), "assistant");
        const events = harmony.parseStream(parser, source, { signal: controller.signal });
        equal((await events.next()).value.type, "message-start");
        equal((await events.next()).value.type, "delta");
        const waiting = events.next();
        controller.abort();
        equal(await waiting.catch(({ name }) => name), "AbortError");
      },
    ],
    [
      "streams: a web stream of token arrays",
      async () => {
        const source = new ReadableStream({
          start(controller) {
            for (const tokens of cut(tokensOf(COMPLETION), 5)) controller.enqueue(tokens);
            controller.close();
          },
        });
        const parser = new harmony.StreamableParser(load(), "assistant");
        const reader = source.pipeThrough(new harmony.HarmonyEventStream(parser)).getReader();
        const events = [];
        for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read())
          events.push(value);
        equal(deltasOf(events), CONTENT);
        equal(plain(parser.messages), MESSAGES);
      },
    ],
    [
      "tool calls: name, namespace, arguments",
      () => {
        const [call] = harmony.toolCallsOf(load().parseMessagesFromCompletionTokens(tokensOf(COMPLETION), "assistant"));
        equal([call.namespace, call.name, call.json], ["functions", "add", { a: 2, b: 2 }]);
      },
    ],
    [
      "errors: a class, a code and a place",
      () => {
        const error = caught(() => load().renderConversation({ messages: [{ role: "user" }] }));
        if (!(error instanceof harmony.HarmonyError && error instanceof Error)) throw new Error(`threw ${error}`);
        equal([error.name, error.code, error.path], ["HarmonyError", "missing-field", "messages[0].content"]);
      },
    ],
    [
      "errors: JSON text cut short",
      () => refuses(() => harmony.Conversation.fromJSON('{"messages": ['), "invalid-json"),
    ],
    [
      "errors: programming mistakes",
      () => {
        const error = caught(() => new harmony.StreamableParser(load(), "assistant", { stict: true }));
        if (!(error instanceof TypeError)) throw new Error(`threw ${error}`);
      },
    ],
    [
      "JSON: what JSON.parse would lose is kept",
      () => {
        const json = '{"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}],"__proto__":null}]}';
        equal(
          load().renderConversation(harmony.Conversation.fromJSON(json)),
          tokensOf("<|start|>user<|message|>Hi<|end|>"),
        );
      },
    ],
  ];
}

/** One check for each recorded answer, so that the number of checks says how many there were. */
function recordedChecksOf(harmony, sample) {
  const encoding = harmony.loadHarmonyEncoding();
  const { encode, decode, codepoints, render, render_message: messages, parse, stream } = sample;
  const check = (kind, rows, ask) =>
    rows.map((row, index) => [
      `recorded ${kind} ${index}`,
      () => ("message" in row ? refuses(() => ask(row)) : equal(ask(row), row.messages ?? row.tokens)),
    ]);
  return [
    ...check("encode", encode, (row) =>
      row.allowed_special === undefined
        ? encoding.tokenizer.encodeOrdinary(row.text)
        : encoding.encode(row.text, {
            allowedSpecial: row.allowed_special,
            disallowedSpecial: row.disallowed_special ?? [],
          }),
    ),
    ...check("render", render, (row) => {
      const conversation = harmony.Conversation.fromJSON(row.conversation);
      const config = { autoDropAnalysis: row.auto_drop_analysis };
      if (row.op === "training") return encoding.renderConversationForTraining(conversation, config);
      return row.op === "conversation"
        ? encoding.renderConversation(conversation, config)
        : encoding.renderConversationForCompletion(conversation, row.next_role, config);
    }),
    ...check("message", messages, (row) =>
      encoding.render(harmony.Message.fromJSON(row.input), {
        conversationHasFunctionTools: row.options.conversation_has_function_tools,
      }),
    ),
    ...check("parse", parse, (row) =>
      plain(encoding.parseMessagesFromCompletionTokens(row.tokens, row.role, { strict: row.strict })),
    ),
    ...decode.map(({ tokens, utf8, replace, bytes }, index) => [
      `recorded decode ${index}`,
      () => {
        const ask = ({ ok }, answer) => (ok === undefined ? refuses(answer) : equal(answer(), ok));
        ask(utf8, () => encoding.decodeUtf8(tokens));
        ask(replace, () => encoding.decode(tokens));
        ask(bytes, () => bytesOf(encoding.decodeBytes(tokens)));
      },
    ]),
    ...stream.map((row, index) => [
      `recorded stream ${index}`,
      () => {
        const parser = new harmony.StreamableParser(encoding, row.role, { strict: row.strict });
        for (const [at, step] of row.steps.entries()) {
          const feed = () => (at < row.tokens.length ? parser.process(row.tokens[at]) : parser.processEos());
          if (!Array.isArray(step)) {
            refuses(feed);
            continue;
          }
          feed();
          const { state, currentRole, currentChannel, currentRecipient, currentContentType } = parser;
          const header = [currentRole, currentChannel, currentRecipient, currentContentType].map(orNull);
          const delta = orNull(parser.lastContentDelta);
          equal([state, ...header, delta, parser.currentContent, parser.messages.length], step);
        }
        equal(plain(parser.messages), row.messages);
      },
    ]),
    ...codepoints.map(({ block, context, sha256 }) => [
      `recorded code points from ${block} in ${JSON.stringify(context)}`,
      async () => {
        let lines = "";
        for (let codePoint = block; codePoint < block + 256; codePoint += 1) {
          const text = context.replaceAll("{}", String.fromCodePoint(codePoint));
          lines += `${encoding.tokenizer.encodeOrdinary(text).join(" ")}\n`;
        }
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines)));
        equal(bytesOf(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(""), sha256);
      },
    ]),
  ];
}

function caught(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function refuses(run, code) {
  const error = caught(run);
  if (error?.name !== "HarmonyError") throw error;
  if (code !== undefined) equal(error.code, code);
}

function same(actual, expected) {
  if (actual !== expected) throw new Error("not the same object");
}

/** Compared as JSON, which is enough here and prints well. The order of keys counts, because the JSON is canonical. */
function equal(actual, expected) {
  const [ours, theirs] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (ours !== theirs) throw new Error(`${String(ours).slice(0, 300)} is not ${String(theirs).slice(0, 300)}`);
}

function contains(text, part) {
  if (!text.includes(part)) throw new Error(`${JSON.stringify(part)} is missing in ${JSON.stringify(text)}`);
}

function cut(text, size) {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

function deltasOf(events) {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}

function bytesOf(bytes, show = (byte) => byte) {
  return Array.from(bytes, show);
}

function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

function orNull(value) {
  return value ?? null;
}
