import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { encoding, tokensOf } from "./scripted-engine.js";

/** What a completion was asked for. */
export interface AskedCompletion {
  /** The prompt as text, markers included. */
  readonly prompt: string;
  /** The body of the request. */
  readonly body: { readonly prompt: readonly number[]; readonly n_predict: number; readonly [field: string]: unknown };
}

export interface ScriptedLlamaServer {
  readonly baseURL: string;
  /** What it was asked, in order. */
  readonly asked: readonly AskedCompletion[];
  /** How many completions the caller left before their end. */
  readonly left: number;
  close(): Promise<void>;
}

export interface ScriptedLlamaServerOptions {
  /** Milliseconds between tokens. Default: none. */
  readonly pace?: number;
}

/** @returns What the model writes, markers included; or the status and the body of a refusal. */
export type Script = (asked: AskedCompletion) => string | { readonly status: number; readonly error: object };

/** The tokens at which llama-server ends a completion of gpt-oss, whatever it is told. */
const STOP_TOKENS: ReadonlySet<number> = new Set(tokensOf("<|return|><|call|><|endoftext|>"));

/**
 * A server that speaks as llama-server does (`POST /completion`, streamed), with a script in place of a model. As with
 * llama-server itself, nothing comes behind a stop token, and the id of a token that leaves a character incomplete is not
 * sent.
 */
export async function startScriptedLlamaServer(
  script: Script,
  { pace = 0 }: ScriptedLlamaServerOptions = {},
): Promise<ScriptedLlamaServer> {
  const asked: AskedCompletion[] = [];
  let left = 0;
  const server = createServer(async (request, response) => {
    if (request.url !== "/completion") {
      const isKnown = request.url === "/health";
      response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(isKnown ? { status: "ok" } : { error: { code: 404, message: "File Not Found" } }));
      return;
    }
    const body = JSON.parse(await textOf(request)) as AskedCompletion["body"];
    const question = { prompt: encoding.decode(body.prompt), body };
    asked.push(question);
    const answer = answerOf(script, question);
    if (typeof answer !== "string") {
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: answer.error }));
      return;
    }
    response.on("close", () => {
      if (!response.writableFinished) left += 1;
    });
    await write(response, question, answer, pace);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get left() {
      return left;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A script that fails is the engine's failure, so that the test that waits for an answer hears of it. */
function answerOf(script: Script, question: AskedCompletion): ReturnType<Script> {
  try {
    return script(question);
  } catch (error) {
    return { status: 500, error: { code: 500, message: String(error), type: "server_error" } };
  }
}

async function write(response: ServerResponse, { body }: AskedCompletion, answer: string, pace: number): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const all = tokensOf(answer);
  const limit = body.n_predict < 0 ? all.length : body.n_predict;
  const counts = { tokens_evaluated: body.prompt.length };
  let held: number[] = [];
  let written = 0;
  let hasStopped = false;
  for (const token of all.slice(0, limit)) {
    if (pace > 0) await pause(pace);
    if (response.destroyed) return;
    written += 1;
    hasStopped = STOP_TOKENS.has(token);
    held.push(token);
    const content = encoding.decode(held);
    if (content.endsWith("\uFFFD")) continue;
    held = [];
    send(response, { content, tokens: [token], stop: false, tokens_predicted: written, ...counts });
    if (hasStopped) break;
  }
  const stopType = hasStopped ? "eos" : "limit";
  const timings = { cache_n: 0, prompt_n: body.prompt.length };
  const end = { content: "", tokens: [], stop: true, stop_type: stopType, tokens_predicted: written };
  send(response, { ...end, ...counts, timings });
  response.end();
}

function send(response: ServerResponse, event: object): void {
  response.write(`data: ${JSON.stringify({ index: 0, id_slot: 0, ...event })}\n\n`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}
