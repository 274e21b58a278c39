import KeyvRedis, { createClient } from "@keyv/redis";
import type { OpenStore } from "./keyv-state.js";
import type { StateOptions } from "./state.js";

/**
 * Connects to Redis or Valkey, which speak the same protocol. A connection that is lost is made again, for ever; until then
 * every request fails at once instead of waiting in a queue.
 *
 * @throws Error for a server that cannot be reached now; the message names the remedy.
 */
export async function openRedis(address: string, { timeout = 5000 }: StateOptions): Promise<OpenStore> {
  const url = address.replace(/^valkey/, "redis");
  const shown = withoutPassword(address);
  const name = `${address.startsWith("valkey") ? "Valkey" : "Redis"} at ${shown}`;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    // Finds a connection that has died without a word.
    pingInterval: 10_000,
    socket: { connectTimeout: timeout, reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, 2000) },
  });
  const store = new KeyvRedis<unknown>(client, { throwOnErrors: true });
  let last: Error | undefined;
  store.on("error", (error: Error) => {
    last = error;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(last ?? new Error(`no answer within ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([client.connect(), late]);
  } catch (error) {
    destroy(client);
    const why = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
    throw new Error(`${name} cannot be reached: ${why}; start it, or correct the address of the state`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
  return {
    name,
    store,
    // A server that is away now cannot take leave.
    close: () => (client.isReady ? store.disconnect() : destroy(client)),
  };
}

function destroy(client: { readonly isOpen: boolean; destroy(): void }): void {
  if (client.isOpen) client.destroy();
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}
