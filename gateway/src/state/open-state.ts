import { KeyvState } from "./keyv-state.js";
import { memoryState } from "./memory.js";
import type { State, StateOptions } from "./state.js";

/**
 * Opens a state by its address:
 *
 * - `memory`: in the process, within bounds; gone when it ends.
 * - `sqlite:FILE`: in a file, which gateways of one machine can share.
 * - `redis://…` and `rediss://…`, `valkey://…` and `valkeys://…`: where several gateways stand side by side.
 *
 * @throws Error for an address that is not understood, or that nothing answers to; the message names the remedy.
 */
export async function openState(address: string, options: StateOptions = {}): Promise<State> {
  if (address === "memory") return memoryState(options);
  if (address.startsWith("sqlite:")) {
    const { openSqlite } = await import("./sqlite.js");
    return new KeyvState(await openSqlite(address.slice("sqlite:".length)), options);
  }
  if (/^(?:redis|valkey)s?:\/\//.test(address) && URL.canParse(address)) {
    const { openRedis } = await import("./redis.js");
    return new KeyvState(await openRedis(address, options), options);
  }
  // What is not understood may hold a password.
  const scheme = /^[a-z]+:/i.exec(address)?.[0] ?? "";
  throw new Error(
    `the state ${scheme === "" ? JSON.stringify(address) : `${scheme}…`} is not understood; say memory, sqlite:FILE, redis://HOST:PORT or valkey://HOST:PORT`,
  );
}
