// What the tests of a gateway before a real llama-server have in common.
import OpenAI from "openai";
import { expect } from "vitest";
import type { LlamaServer } from "../../engines/llama-server.js";
import type { GatewayProcess } from "../start-gateway.js";

/**
 * With `--swa-full`, the server keeps what stands further back than the model's window, and finds it again. Without `--cache-ram`,
 * it puts nothing aside, so that what it has is what it read last.
 */
export const ARGS: readonly string[] = ["--ctx-size", "8192", "--swa-full", "--cache-ram", "0"];

/** How long a test waits for what has to come; on a busy machine, that is all that it proves. */
export const PATIENCE = { timeout: 60_000 } as const;

/** The official client, which does not try again unless a test wants that. */
export function clientOf({ address }: GatewayProcess, maxRetries = 0): OpenAI {
  return new OpenAI({ apiKey: "-", baseURL: `${address}/v1`, maxRetries });
}

/**
 * Fields of a request with which the model begins a message, and never ends it, nor its turn. Without the last two, one
 * completion in six of a model that writes at random has no header, and nothing to show before its end.
 */
export const ENDLESS = {
  logit_bias: { 200002: -100, 200007: -100, 200012: -100, 199999: -100, 200005: 6, 200008: 6 },
};

export const WEATHER = {
  name: "get_weather",
  description: "Says what the weather is.",
  strict: true,
  parameters: {
    type: "object",
    properties: { city: { enum: ["Lisbon", "Paris", "東京"] } },
    required: ["city"],
    additionalProperties: false,
  },
} as const;

export const SKY = {
  name: "sky",
  strict: true,
  schema: {
    type: "object",
    properties: { sky: { enum: ["clear", "grey"] }, degrees: { type: "integer", minimum: -50, maximum: 50 } },
    required: ["sky", "degrees"],
    additionalProperties: false,
  },
};

/** How many slots of a server are at work. */
export async function busySlots({ baseURL }: LlamaServer): Promise<number> {
  const slots = (await (await fetch(`${baseURL}/slots`)).json()) as { is_processing: boolean }[];
  return slots.filter(({ is_processing }) => is_processing).length;
}

/** The state of each upstream, as the figures of a gateway show it: `1` if it is used. */
export async function usable({ address }: GatewayProcess): Promise<Record<string, number>> {
  return figuresOf(address, "harmony_gateway_upstream_usable");
}

/** How many requests each upstream was sent. */
export async function sent({ address }: GatewayProcess): Promise<Record<string, number>> {
  return figuresOf(address, "harmony_gateway_upstream_requests_total");
}

/** How many requests and health checks have failed by the fault of each upstream. */
export async function failures({ address }: GatewayProcess): Promise<Record<string, number>> {
  return figuresOf(address, "harmony_gateway_upstream_failures_total");
}

async function figuresOf(address: string, name: string): Promise<Record<string, number>> {
  const response = await fetch(`${address}/metrics`);
  expect(response.status).toBe(200);
  const text = await response.text();
  const lines = text.matchAll(new RegExp(`^${name}\\{upstream="([^"]+)"\\} (\\d+)$`, "gm"));
  return Object.fromEntries([...lines].map(([, upstream, value]) => [upstream, Number(value)]));
}
