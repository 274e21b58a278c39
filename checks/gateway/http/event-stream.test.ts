import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { eventStream } from "../../../gateway/dist/http/event-stream.js";
import { endOf } from "../../../gateway/dist/http/exchange.js";

/** Items that are given one by one, and what is asked of them. */
class Items implements AsyncIterable<number> {
  asked = 0;
  given = 0;
  isClosed = false;
  readonly #give: (index: number) => Promise<void> | undefined;
  readonly #count: number;

  constructor(count: number, give: (index: number) => Promise<void> | undefined = () => undefined) {
    this.#count = count;
    this.#give = give;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number, void, undefined> {
    try {
      for (let index = 0; index < this.#count; index++) {
        this.asked += 1;
        await this.#give(index);
        this.given += 1;
        yield index;
      }
    } finally {
      this.isClosed = true;
    }
  }
}

const open = (items: AsyncIterable<number>, more: { stop?: () => void; heartbeat?: number; width?: number } = {}) =>
  eventStream({
    items,
    stop: more.stop ?? (() => {}),
    textOf: (item) => `data: ${String(item).padStart(more.width ?? 0)}\n\n`,
    end: "data: [DONE]\n\n",
    failed: (error) => `data: failed: ${error}\n\n`,
    heartbeat: more.heartbeat,
  });

function all(count: number, end = "data: [DONE]\n\n"): string {
  return `${Array.from({ length: count }, (_, index) => `data: ${index}\n\n`).join("")}${end}`;
}

async function chunksOf(response: Response): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) chunks.push(chunk);
  return chunks;
}

test("items that are there already are written at once, however many there are", async () => {
  const chunks = await chunksOf(await open(new Items(100)));
  expect(chunks).toEqual([all(100)]);
  const large = await chunksOf(await open(new Items(100), { width: 1_000 }));
  expect(Math.max(...large.map((chunk) => chunk.length))).toBeLessThan(16_384 + 1_100);
  expect(large.join("").match(/data:/g)).toHaveLength(101);
});

test("an item is written as soon as it is there, and not when the next one is", async () => {
  let next: (() => void) | undefined;
  const items = new Items(3, (index) => (index === 0 ? undefined : new Promise<void>((resolve) => (next = resolve))));
  const reader = (await open(items)).body!.getReader();
  const text = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
  expect(await text()).toBe("data: 0\n\n");
  next?.();
  expect(await text()).toBe("data: 1\n\n");
  next?.();
  expect(await text()).toBe("data: 2\n\ndata: [DONE]\n\n");
});

test("nothing is lost, doubled or moved, whatever the pace of either side", async () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 60; round++) {
    const count = random(60);
    const items = new Items(count, () => {
      const kind = random(4);
      if (kind === 0) return turn();
      return kind === 1 ? pause(random(3)) : undefined;
    });
    let text = "";
    for await (const chunk of (await open(items)).body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (random(3) === 0) await pause(random(3));
    }
    expect(text).toBe(all(count));
    expect(items.isClosed).toBe(true);
  }
});

test("what is asked for keeps to what is read: some items of the same turn, and one ahead", async () => {
  const items = new Items(1_000, () => turn());
  const reader = (await open(items)).body!.getReader();
  await pause(20);
  expect(items.asked).toBe(1);
  for (let index = 0; index < 5; index++) {
    await reader.read();
    await pause(10);
    expect(items.asked).toBeLessThanOrEqual(3 * (index + 1) + 1);
  }
  await reader.cancel();
});

test("a reader that leaves stops what is being waited for, and it is known that it has left", async () => {
  let stop: ((reason: unknown) => void) | undefined;
  const items = new Items(2, (index) => (index === 0 ? undefined : new Promise<void>((_, reject) => (stop = reject))));
  const response = await open(items, { stop: () => stop?.(new Error("left")) });
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel("enough");
  expect(items.isClosed).toBe(true);
  expect(await endOf(response)).toEqual({ hasLeft: true });
});

test("an error ends the stream with what is said of it, behind all that came before", async () => {
  const items = new Items(4, (index) => (index === 3 ? Promise.reject(new Error("broken")) : undefined));
  const response = await open(items);
  expect((await chunksOf(response)).join("")).toBe(all(3, "data: failed: Error: broken\n\n"));
  expect(await endOf(response)).toMatchObject({ hasLeft: false, error: { message: "broken" } });
});

test("an error instead of a first item is thrown", async () => {
  const items = new Items(1, () => Promise.reject(new Error("not there")));
  await expect(open(items)).rejects.toThrow("not there");
});

test("a quiet stream is given comments, and loses nothing by them", async () => {
  let give: (() => void) | undefined;
  const items = new Items(2, (index) => (index === 0 ? undefined : new Promise<void>((resolve) => (give = resolve))));
  const response = await open(items, { heartbeat: 5 });
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.split(": still here").length > 3) give?.();
  }
  expect(text.replaceAll(": still here\n\n", "")).toBe(all(2));
});

test("thousands of streams leave no warning, no timer and no rejection behind", async () => {
  const warnings: unknown[] = [];
  const note = (warning: unknown): number => warnings.push(warning);
  process.on("warning", note);
  process.on("unhandledRejection", note);
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const items = new Items(5, (at) => (at === index % 7 ? Promise.reject(new Error("x")) : turn()));
        const response = await open(items, { heartbeat: 10_000 }).catch(() => undefined);
        if (index % 3 === 0) await response?.body?.cancel();
        else await response?.text();
      }),
    );
  }
  await turn();
  expect(timers()).toBeLessThanOrEqual(before);
  process.off("warning", note);
  process.off("unhandledRejection", note);
  expect(warnings).toEqual([]);
});
