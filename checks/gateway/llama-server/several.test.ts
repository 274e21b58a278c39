// Several gateways before several engines, which share nothing but the addresses that they were started with.
import type OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LlamaServer, startLlamaServer } from "../../engines/llama-server.js";
import { type GatewayProcess, startGateway } from "../start-gateway.js";
import { ARGS, clientOf, sent } from "./real-engine.js";

let servers: LlamaServer[];
let gateways: GatewayProcess[];
beforeAll(async () => {
  // Each keeps one conversation: a second one on the same slot would take its place.
  servers = [await startLlamaServer({ args: ARGS }), await startLlamaServer({ args: ARGS })];
  const upstreams = servers.map(({ baseURL }) => `--upstream=${baseURL}`);
  // In which order they were told of them does not matter.
  gateways = [await startGateway(upstreams), await startGateway(upstreams.toReversed())];
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  for (const server of servers) await server.stop();
});

/** A conversation: each turn sends back what came before. */
class Chat {
  readonly messages: OpenAI.ChatCompletionMessageParam[];
  /** How long the prompt of the last turn was. */
  length = 0;

  constructor(topic: string) {
    this.messages = [{ role: "system", content: `Speak of ${topic}. ${"Be brief. ".repeat(30)}` }];
  }

  /** @returns How much of the turn before was in the cache of the engine. */
  async turn(gateway: GatewayProcess): Promise<{ before: number; cached: number }> {
    this.messages.push({ role: "user", content: `${this.messages.length}: and then?` });
    const { usage } = await clientOf(gateway).chat.completions.create({
      model: "gpt-oss",
      messages: this.messages,
      max_completion_tokens: 20,
      seed: this.messages.length,
    });
    // What the model thought in an answer that was cut is left out later; so that prompts only grow, it is not sent back.
    this.messages.push({ role: "assistant", content: `Answer ${this.messages.length}` });
    const before = this.length;
    this.length = usage!.prompt_tokens;
    return { before, cached: usage!.prompt_tokens_details!.cached_tokens! };
  }
}

/** Where a turn was sent. */
async function placeOf(gateway: GatewayProcess, turn: () => Promise<unknown>): Promise<string> {
  const before = await sent(gateway);
  await turn();
  const after = await sent(gateway);
  const places = Object.keys(after).filter((address) => after[address] !== before[address]);
  expect(places).toHaveLength(1);
  return places[0]!;
}

/** Two conversations that have different homes. */
async function twoChats(gateway: GatewayProcess): Promise<readonly [Chat, Chat]> {
  const found = new Map<string, Chat>();
  for (let topic = 0; found.size < 2; topic++) {
    const chat = new Chat(`topic ${topic}`);
    found.set(await placeOf(gateway, () => chat.turn(gateway)), chat);
  }
  const chats = [...found.values()];
  // What was asked last is in each cache.
  return [chats[0]!, chats[1]!];
}

test("two conversations in turn keep to their engines, and find all that came before in the cache", async () => {
  const [gateway] = gateways as [GatewayProcess];
  const chats = await twoChats(gateway);
  for (const chat of chats) await chat.turn(gateway);
  const homes = new Set<string>();
  for (let round = 0; round < 3; round++) {
    for (const [index, chat] of chats.entries()) {
      let hit = { before: Infinity, cached: 0 };
      const place = await placeOf(gateway, async () => {
        hit = await chat.turn(gateway);
      });
      homes.add(`${index} ${place}`);
      expect(hit.cached).toBeGreaterThanOrEqual(hit.before - 3);
    }
  }
  expect(homes.size).toBe(2);
});

test("a conversation that comes to another gateway finds its engine, and its cache", async () => {
  const [one, other] = gateways as [GatewayProcess, GatewayProcess];
  const chats = await twoChats(one);
  for (const chat of chats) await chat.turn(one);
  for (let round = 0; round < 4; round++) {
    const gateway = round % 2 === 0 ? other : one;
    for (const chat of chats) {
      const { before, cached } = await chat.turn(gateway);
      expect(cached).toBeGreaterThanOrEqual(before - 3);
    }
  }
});
