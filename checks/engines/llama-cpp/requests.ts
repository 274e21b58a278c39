// Requests to a llama-server beside those of the client.
import { setTimeout as pause } from "node:timers/promises";
import type { LlamaServer } from "../llama-server.js";

export async function post(server: LlamaServer, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(server.baseURL + path, { method: "POST", body: JSON.stringify(body) });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Whether the server's only slot works on a request. */
export async function isBusy(server: LlamaServer): Promise<boolean> {
  const slots = (await (await fetch(`${server.baseURL}/slots`)).json()) as { is_processing: boolean }[];
  return slots.some((slot) => slot.is_processing);
}

/** Waits until the server has nothing to do; returns the milliseconds that it took. */
export async function untilIdle(server: LlamaServer, limit: number): Promise<number> {
  const begun = performance.now();
  while (await isBusy(server)) {
    if (performance.now() - begun > limit) throw new Error(`the server is still busy after ${limit} ms`);
    await pause(5);
  }
  return performance.now() - begun;
}
