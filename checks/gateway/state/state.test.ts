import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openState, type State, StateError, type StateOptions } from "../../../gateway/dist/index.js";
import { type RedisServer, startRedis } from "../start-redis.js";

const require = createRequire(import.meta.url);

const folder = mkdtempSync(join(tmpdir(), "gateway-state-"));
let redis: RedisServer;
let opened: State[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  for (const state of opened) await state.close();
  opened = [];
});

afterAll(async () => {
  await redis.remove();
  rmSync(folder, { recursive: true });
});

async function open(address: string, options: StateOptions = {}): Promise<State> {
  const state = await openState(address, options);
  opened.push(state);
  return state;
}

const STORES = {
  memory: () => "memory",
  SQLite: () => `sqlite:${folder}/state.db`,
  Redis: () => redis.address,
  Valkey: () => redis.address.replace("redis:", "valkey:"),
};

/** Values that some serializer or store is known to change. */
const VALUES: readonly unknown[] = [
  "",
  ":colon",
  ":base64:aGk=",
  "nul \0, pair 😀, half \ud83d",
  0,
  -0.5,
  1e300,
  false,
  null,
  [],
  [[[]], null],
  {},
  { a: { b: [1, "x", { c: null }] }, value: 1, expires: 5 },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'),
  "x".repeat(1_000_000),
];

describe.each(Object.entries(STORES))("%s", (_name, addressOf) => {
  test("keeps what JSON can hold, exactly", async () => {
    const state = await open(addressOf());
    for (const [index, value] of VALUES.entries()) {
      await state.set(`value:${index}`, value);
      expect(JSON.stringify(await state.get(`value:${index}`))).toBe(JSON.stringify(value));
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("knows nothing of other keys, whatever they look like", async () => {
    const state = await open(addressOf());
    const keys = [
      "k",
      "k ",
      "K",
      "k:1",
      "harmony-gateway:k",
      "harmony-gateway::k",
      "k%",
      "k_",
      "__proto__",
      "é",
      "e\u0301",
    ];
    await state.setMany(new Map(keys.map((key) => [key, `of ${key}`])));
    for (const key of keys) expect(await state.get(key)).toBe(`of ${key}`);
    expect(await state.getMany(["nobody", ...keys])).toEqual([undefined, ...keys.map((key) => `of ${key}`)]);
    expect(await state.get("nobody")).toBeUndefined();
    expect(await state.delete("k")).toBe(true);
    expect(await state.delete("k")).toBe(false);
    expect(await state.getMany(keys)).toEqual([undefined, ...keys.slice(1).map((key) => `of ${key}`)]);
    await state.deleteMany(keys);
    expect(await state.getMany(keys)).toEqual(keys.map(() => undefined));
    expect(await state.getMany([])).toEqual([]);
  });

  test("gives a copy", async () => {
    const state = await open(addressOf());
    const value = { list: [1] };
    await state.set("copy", value);
    value.list.push(2);
    ((await state.get("copy")) as typeof value).list.push(3);
    expect(await state.get("copy")).toEqual({ list: [1] });
  });

  test("forgets what is too old", async () => {
    const state = await open(addressOf(), { ttl: 200 });
    await state.set("short", 1);
    await state.set("long", 1, { ttl: 600_000 });
    await state.setMany(new Map([["many-short", 1]]));
    await state.setMany(new Map([["many-long", 1]]), { ttl: 600_000 });
    const keys = ["short", "many-short", "long", "many-long"];
    expect(await state.getMany(keys)).toEqual([1, 1, 1, 1]);
    await expect.poll(() => state.getMany(keys)).toEqual([undefined, undefined, 1, 1]);
    expect(await state.get("short")).toBeUndefined();
  });

  test("refuses a value that is too large, and keeps the one before it", async () => {
    const state = await open(addressOf(), { maxValueBytes: 1000 });
    await state.set("large", "before");
    const error = await state.set("large", "é".repeat(500)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(StateError);
    expect(error).toMatchObject({ status: 413, code: "state_value_too_large", retryAfter: undefined });
    await expect(state.setMany(new Map([["large", "x".repeat(2000)]]))).rejects.toMatchObject({ status: 413 });
    expect(await state.get("large")).toBe("before");
    await state.set("large", "é".repeat(400));
    expect(await state.get("large")).toBe("é".repeat(400));
  });

  test("a thousand at once", async () => {
    const state = await open(addressOf());
    const keys = Array.from({ length: 1000 }, (_, index) => `busy:${index}`);
    await Promise.all(keys.map((key, index) => state.set(key, { index })));
    const values = await Promise.all(keys.map((key) => state.get(key)));
    expect(values).toEqual(keys.map((_, index) => ({ index })));
  });

  test("is closed once, and then an error", async () => {
    const state = await open(addressOf());
    const late = state.set("late", 1);
    await Promise.all([state.close(), state.close()]);
    await late;
    for (const ask of [() => state.get("late"), () => state.set("late", 2), () => state.check()]) {
      await expect(ask()).rejects.toMatchObject({ status: 503, code: "state_unavailable" });
    }
  });
});

describe.each([["SQLite"], ["Redis"]] as const)("%s, shared", (name) => {
  test("what one has kept, the other one finds, also later", async () => {
    const address = STORES[name]();
    const [one, other] = [await open(address), await open(address)];
    await one.set("shared", { from: "one" });
    expect(await other.get("shared")).toEqual({ from: "one" });
    await Promise.all([one, other].flatMap((state) => Array.from({ length: 50 }, (_, n) => state.set(`${n}`, n))));
    await one.close();
    await other.close();
    expect(await (await open(address)).get("shared")).toEqual({ from: "one" });
  });
});

describe("memory", () => {
  test("forgets what was not used for the longest time when there are too many", async () => {
    const state = await open("memory", { maxEntries: 3 });
    for (const key of ["a", "b", "c"]) await state.set(key, key);
    await state.getMany(["a"]);
    await state.set("d", "d");
    expect(await state.getMany(["a", "b", "c", "d"])).toEqual(["a", undefined, "c", "d"]);
  });

  test("stays within its bytes", async () => {
    const state = await open("memory", { maxBytes: 100_000 });
    const keys = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const key of keys) await state.set(key, "x".repeat(4000));
    const kept = (await state.getMany(keys)).filter((value) => value !== undefined);
    expect(kept.length).toBe(12);
    await expect(state.set("larger than all", "x".repeat(60_000))).rejects.toMatchObject({ status: 413 });
    expect(await state.get("99")).toBeDefined();
  });
});

describe("SQLite", () => {
  test("the file is for its owner alone, and what is deleted or forgotten is in no byte of it", async () => {
    const file = join(folder, "own.db");
    const state = await open(`sqlite:${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await state.set("deleted", `harmless ${"deleted".repeat(2000)}`);
    await state.set("forgotten", `harmless ${"forgotten".repeat(2000)}`, { ttl: 100 });
    await state.set("kept", "harmless kept");
    await state.delete("deleted");
    await expect.poll(() => state.get("forgotten")).toBeUndefined();
    await state.close();
    const bytes = readFileSync(file, "latin1");
    expect(bytes).toContain("harmless kept");
    expect(bytes).not.toMatch(/deletedd|forgottenf/);
  });

  test("what nobody asks for any more is taken out when the file is opened", async () => {
    const file = join(folder, "swept.db");
    const state = await open(`sqlite:${file}`);
    await state.set("forgotten", "harmless", { ttl: 1 });
    await state.close();
    await expect
      .poll(async () => {
        await (await open(`sqlite:${file}`)).close();
        return readFileSync(file, "latin1");
      })
      .not.toContain("harmless");
  });

  test("a file that cannot be opened is an error that says so", async () => {
    await expect(openState(`sqlite:${folder}/no/such/folder/state.db`)).rejects.toThrow(/cannot be opened: .*ENOENT/);
    await expect(openState("sqlite:")).rejects.toThrow(/needs the name of a file/);
    await expect(openState(`sqlite:${folder}`)).rejects.toThrow(
      /cannot be opened: .*name a file that this user can write/,
    );
  });

  test("with the SQLite that is inside of Node 22", async () => {
    const node = require.resolve("node-22/bin/node");
    const gateway = new URL("../../../gateway/dist/index.js", import.meta.url);
    const program = `
      const { openState } = await import(${JSON.stringify(gateway.href)});
      const state = await openState("sqlite:${folder}/inside.db");
      await state.setMany(new Map([["a", { text: "é" }], ["b", [1]]]));
      await state.delete("b");
      console.log(process.version, JSON.stringify(await state.getMany(["a", "b"])));
      await state.close();`;
    const output = execFileSync(node, ["--input-type=module", "--eval", program], { encoding: "utf8" });
    expect(output).toBe('v22.23.3 [{"text":"é"},null]\n');
    // The other one reads the same file.
    expect(await (await open(`sqlite:${folder}/inside.db`)).get("a")).toEqual({ text: "é" });
  });
});

describe("Redis", () => {
  test("a prefix keeps gateways apart", async () => {
    const [one, other] = [await open(redis.address), await open(redis.address, { prefix: "other" })];
    await one.set("same", 1);
    await other.set("same", 2);
    await other.delete("same");
    expect(await one.get("same")).toBe(1);
    expect(await other.get("same")).toBeUndefined();
  });

  test("a connection that is lost is an error to try again, and comes back", async () => {
    const state = await open(redis.address);
    await state.set("survives", 1);
    await redis.kill();
    const asked = [
      state.get("survives"),
      state.getMany(["survives"]),
      state.set("x", 1),
      state.delete("x"),
      state.check(),
    ];
    for (const { status, reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[]) {
      expect(status).toBe("rejected");
      expect(reason).toMatchObject({ status: 503, code: "state_unavailable", retryAfter: 2 });
      expect(reason.message).toMatch(/^the state \(Redis at redis:\/\/127\.0\.0\.1:\d+\/?\) cannot be reached: /);
    }
    await redis.restart();
    await expect.poll(() => state.get("survives").catch(() => "not yet")).toBe(1);
  });

  test("a server that does not answer is an error within the time, and nothing waits for it", async () => {
    const state = await open(redis.address, { timeout: 300 });
    redis.freeze();
    try {
      await expect(state.get("x")).rejects.toThrow(/did not answer within 300 ms; try again/);
    } finally {
      redis.go();
    }
    await expect.poll(() => state.get("x").catch(() => "not yet")).toBeUndefined();
  });

  test("a server that is not there when the gateway starts", async () => {
    const nobody = "redis://user:secret@127.0.0.1:1/0";
    const error = await openState(nobody, { timeout: 500 }).catch((error: Error) => error);
    expect(String(error)).toMatch(/Redis at redis:\/\/127\.0\.0\.1:1\/0 cannot be reached: .*start it, or correct/);
    expect(String(error)).not.toContain("secret");
  });
});

test("addresses and options that are not understood", async () => {
  await expect(openState("disk")).rejects.toThrow('the state "disk" is not understood; say memory, sqlite:FILE');
  const secret = await openState("postgres://me:secret@host/db").catch((error: Error) => error);
  expect(String(secret)).toContain("the state postgres:… is not understood");
  expect(String(secret)).not.toContain("secret@");
  for (const options of [
    { ttl: 0 },
    { maxEntries: 0.5 },
    { maxBytes: -1 },
    { maxValueBytes: Number.NaN },
    { timeout: 0 },
  ]) {
    await expect(openState("memory", options)).rejects.toThrow(/must be a positive integer/);
  }
});
