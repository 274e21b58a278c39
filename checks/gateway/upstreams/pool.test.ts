import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { constraintsFor } from "../../../dist/constraints.js";
import { createPool, NoUpstreamError, type PoolOptions, type UpstreamStatus } from "../../../gateway/dist/index.js";
import { tokensOf } from "../scripted-engine.js";
import { INTERRUPTED, manualUpstreams, read, refused, requestOf, settled, UNREACHABLE } from "./manual-engine.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A pool before manual engines, and the changes that it tells. */
function poolOf(count: number, options: PoolOptions = {}) {
  const { engines, upstreams } = manualUpstreams(count);
  const changes: string[] = [];
  const onChange = ({ address, state }: UpstreamStatus): void => {
    changes.push(`${address} ${state}`);
  };
  const pool = createPool(upstreams, { onChange, ...options });
  const ask = (request = requestOf("Hi"), signal?: AbortSignal) => read(pool.generate(request, signal));
  const statesOf = () => pool.upstreams.map(({ state }) => state);
  const busyOf = () => pool.upstreams.map(({ busy }) => busy);
  return { pool, engines, changes, ask, statesOf, busyOf };
}

type Setup = ReturnType<typeof poolOf>;

/** Which engine has an open request that it had not before. */
async function taken({ engines, ask }: Setup, request = requestOf("Hi")): Promise<number> {
  const before = engines.map(({ jobs }) => jobs.length);
  ask(request);
  await settled();
  return engines.findIndex(({ jobs }, index) => jobs.length > before[index]!);
}

async function fail(setup: Setup, index: number, error: unknown): Promise<void> {
  setup.engines[index]!.jobs.at(-1)!.fail(error);
  await settled();
}

describe("a request", () => {
  test("gets what one upstream writes", async () => {
    const setup = poolOf(1);
    const reading = setup.ask();
    await settled();
    expect(setup.busyOf()).toEqual([1]);
    const [job] = setup.engines[0]!.jobs;
    job!.write({ tokens: [7] });
    job!.write({ finish: "stop" });
    job!.end();
    await reading.done;
    expect(reading).toMatchObject({ state: "ended", outputs: [{ tokens: [7] }, { finish: "stop" }] });
    expect(setup.pool.upstreams).toEqual([
      { name: "manual", address: "http://a", state: "closed", busy: 0, requests: 1, failures: 0, lastError: undefined },
    ]);
  });

  test("stops the upstream when nobody reads on", async () => {
    const { pool, engines, busyOf } = poolOf(1);
    const outputs = pool.generate(requestOf("Hi"));
    const first = outputs.next();
    await settled();
    engines[0]!.jobs[0]!.write();
    await first;
    await outputs.return(undefined);
    expect([engines[0]!.jobs[0]!.isStopped, busyOf()]).toEqual([true, [0]]);
  });

  test("stops the upstream when its signal is aborted, which is nobody's fault", async () => {
    const { engines, ask, busyOf, pool } = poolOf(2, { failures: 1 });
    const controller = new AbortController();
    const reading = ask(requestOf("Hi"), controller.signal);
    await settled();
    const reason = new Error("left");
    controller.abort(reason);
    await reading.done;
    expect(reading.error).toBe(reason);
    expect(busyOf()).toEqual([0, 0]);
    expect(pool.upstreams.map(({ failures }) => failures)).toEqual([0, 0]);
    expect(engines.flatMap(({ jobs }) => jobs)).toHaveLength(1);
    const late = ask(requestOf("Hi"), controller.signal);
    await late.done;
    expect(late.error).toBe(reason);
  });
});

describe("a failure before the first token", () => {
  test.each([["unreachable", UNREACHABLE], ...[429, 502, 503, 504].map((status) => [status, refused(status)])])(
    "%s: another upstream is asked, each once",
    async (_, error) => {
      const setup = poolOf(3);
      const reading = setup.ask();
      await settled();
      const order: number[] = [];
      for (let attempt = 0; attempt < 2; attempt++) {
        const index = setup.engines.findIndex(({ open }) => open.size > 0);
        order.push(index);
        await fail(setup, index, error);
      }
      const last = setup.engines.findIndex(({ open }) => open.size > 0);
      expect(new Set([...order, last])).toEqual(new Set([0, 1, 2]));
      await fail(setup, last, error);
      expect(reading.error).toBe(error);
      expect(setup.engines.map(({ jobs }) => jobs.length)).toEqual([1, 1, 1]);
    },
  );

  test.each([400, 401, 404, 413, 422, 500])("status %i is passed on", async (status) => {
    const setup = poolOf(2);
    const reading = setup.ask();
    await settled();
    const error = refused(status);
    await fail(
      setup,
      setup.engines.findIndex(({ open }) => open.size > 0),
      error,
    );
    expect(reading.error).toBe(error);
    expect(setup.engines.flatMap(({ jobs }) => jobs)).toHaveLength(1);
  });
});

test("after the first token, no other upstream is asked", async () => {
  for (const error of [UNREACHABLE, INTERRUPTED, refused(503)]) {
    const setup = poolOf(2);
    const reading = setup.ask();
    await settled();
    const index = setup.engines.findIndex(({ open }) => open.size > 0);
    setup.engines[index]!.jobs[0]!.write();
    await fail(setup, index, error);
    expect(reading).toMatchObject({ state: "failed", outputs: [{ tokens: [1] }] });
    expect(reading.error).toBe(error);
    expect(setup.engines.flatMap(({ jobs }) => jobs)).toHaveLength(1);
    expect(setup.pool.upstreams[index]).toMatchObject({ failures: 1, lastError: error.message });
  }
});

describe("the circuit", () => {
  test("opens after failures, takes one trial, and closes", async () => {
    const setup = poolOf(2, { failures: 2, halfOpenAfter: 1000 });
    const { changes, statesOf } = setup;
    const home = await taken(setup);
    const away = 1 - home;
    await fail(setup, home, INTERRUPTED);
    expect(statesOf()).toEqual(["closed", "closed"]);
    while (statesOf()[home] === "closed") {
      const index = await taken(setup);
      if (index === home) await fail(setup, home, UNREACHABLE);
      else setup.engines[away]!.jobs.at(-1)!.end();
      await settled();
    }
    const name = setup.pool.upstreams[home]!.address;
    expect(changes).toEqual([`${name} open`]);
    // Nothing goes there now.
    for (let round = 0; round < 5; round++) expect(await taken(setup)).toBe(away);
    vi.advanceTimersByTime(1000);
    // One goes there now, and no other until it has begun.
    const trials = [await taken(setup), await taken(setup), await taken(setup)];
    expect(trials).toEqual([home, away, away]);
    setup.engines[home]!.jobs.at(-1)!.write();
    await settled();
    expect(statesOf()).toEqual(["closed", "closed"]);
    expect(changes).toEqual([`${name} open`, `${name} half-open`, `${name} closed`]);
  });

  test("is not opened by bad requests, nor by an engine that is busy", async () => {
    const setup = poolOf(1, { failures: 1 });
    for (const error of [refused(400), refused(413), refused(429), refused(500), new Error("a bug")]) {
      await taken(setup);
      await fail(setup, 0, error);
    }
    expect(setup.pool.upstreams[0]).toMatchObject({ state: "closed", failures: 0, requests: 5 });
  });

  test("is opened by what nobody can use: a wrong key, a wrong address", async () => {
    for (const status of [401, 403, 404]) {
      const setup = poolOf(1, { failures: 1 });
      await taken(setup);
      await fail(setup, 0, refused(status));
      expect(setup.statesOf()).toEqual(["open"]);
    }
  });

  test("says why nothing can be used, and when to ask again", async () => {
    const setup = poolOf(1, { failures: 1, halfOpenAfter: 5000 });
    await taken(setup);
    await fail(setup, 0, UNREACHABLE);
    const reading = setup.ask();
    await reading.done;
    expect(reading.error).toBeInstanceOf(NoUpstreamError);
    expect(reading.error).toMatchObject({ code: "refused", status: 503, retryAfter: 5000 });
    expect(String(reading.error)).toBe(
      "NoUpstreamError: manual: no upstream can be used now: http://a is out of use (manual: cannot be reached)",
    );
  });

  test("has others wait for a trial, and go on with its success", async () => {
    const setup = poolOf(1, { failures: 1, halfOpenAfter: 1000 });
    await taken(setup);
    await fail(setup, 0, UNREACHABLE);
    vi.advanceTimersByTime(1000);
    const readings = [setup.ask(), setup.ask(), setup.ask()];
    await settled();
    expect([setup.engines[0]!.open.size, setup.pool.queued]).toEqual([1, 2]);
    setup.engines[0]!.jobs.at(-1)!.write();
    await settled();
    expect([setup.engines[0]!.open.size, setup.pool.queued]).toEqual([3, 0]);
    for (const job of setup.engines[0]!.open) job.end();
    await Promise.all(readings.map(({ done }) => done));
    expect(readings.map(({ state }) => state)).toEqual(["ended", "ended", "ended"]);
  });

  test("refuses those that waited if the trial fails; the one that tried says what went wrong", async () => {
    const setup = poolOf(1, { failures: 1, halfOpenAfter: 1000 });
    await taken(setup);
    await fail(setup, 0, UNREACHABLE);
    vi.advanceTimersByTime(1000);
    const [trial, waiting] = [setup.ask(), setup.ask()];
    await settled();
    await fail(setup, 0, INTERRUPTED);
    await Promise.all([trial.done, waiting.done]);
    expect(trial.error).toBe(INTERRUPTED);
    expect(waiting.error).toBeInstanceOf(NoUpstreamError);
  });

  test("lets another try if the client of the trial leaves", async () => {
    const setup = poolOf(1, { failures: 1, halfOpenAfter: 1000 });
    await taken(setup);
    await fail(setup, 0, UNREACHABLE);
    vi.advanceTimersByTime(1000);
    const controller = new AbortController();
    setup.ask(requestOf("Hi"), controller.signal);
    setup.ask();
    await settled();
    expect(setup.pool.queued).toBe(1);
    controller.abort();
    await settled();
    expect([setup.statesOf(), setup.pool.queued, setup.engines[0]!.open.size]).toEqual([["half-open"], 0, 1]);
  });
});

describe("where conversations go", () => {
  test("new ones to the least busy", async () => {
    const setup = poolOf(3);
    for (let index = 0; index < 9; index++) await taken(setup, requestOf(`Question ${index}`));
    expect(setup.busyOf()).toEqual([3, 3, 3]);
  });

  test("one that goes on to where it was", async () => {
    const setup = poolOf(3);
    for (let index = 0; index < 12; index++) {
      const messages: string[] = [];
      const home = await taken(setup, requestOf(`Question ${index}`));
      for (let turn = 0; turn < 3; turn++) {
        setup.engines[home]!.jobs.at(-1)!.end();
        await settled();
        messages.push(`Answer ${turn}`, `And ${turn}?`);
        expect(await taken(setup, requestOf(`Question ${index}`, ...messages))).toBe(home);
      }
    }
  });

  test("elsewhere while their upstream is out of use, where they stay", async () => {
    const setup = poolOf(2, { failures: 1, halfOpenAfter: 1000 });
    const first = requestOf("Hi");
    const home = await taken(setup, first);
    await fail(setup, home, UNREACHABLE);
    const away = 1 - home;
    // It has failed over.
    expect(setup.busyOf()[away]).toBe(1);
    vi.advanceTimersByTime(1000);
    setup.engines[away]!.jobs.at(-1)!.end();
    await settled();
    expect(await taken(setup, requestOf("Hi", "Hello!", "And?"))).toBe(away);
  });

  test("as another gateway would have it that knows nothing of them", async () => {
    const [one, other] = [poolOf(4), poolOf(4)];
    for (let index = 0; index < 40; index++) {
      const home = await taken(one, requestOf(`Question ${index}`));
      one.engines[home]!.jobs.at(-1)!.end();
      const found = await taken(other, requestOf(`Question ${index}`, "Answer", "And?"));
      other.engines[found]!.jobs.at(-1)!.end();
      await settled();
      expect(found).toBe(home);
    }
  });
});

describe("a limit of requests at once", () => {
  test("has others wait in order", async () => {
    const setup = poolOf(2, { concurrentRequests: 1 });
    const readings = Array.from({ length: 5 }, (_, index) => setup.ask(requestOf(`Question ${index}`)));
    await settled();
    expect([setup.busyOf(), setup.pool.queued]).toEqual([[1, 1], 3]);
    const order: number[] = [];
    while (order.length < 5) {
      const engine = setup.engines.find(({ open }) => open.size > 0)!;
      const [job] = engine.open;
      const text = job!.request.tokens;
      order.push(readings.findIndex((_, index) => requestOf(`Question ${index}`).tokens.join() === text.join()));
      job!.end();
      await settled();
      expect(Math.max(...setup.busyOf())).toBeLessThanOrEqual(1);
    }
    await Promise.all(readings.map(({ done }) => done));
    expect(readings.map(({ state }) => state)).toEqual(Array(5).fill("ended"));
    // The first engine ends its requests one after the other: whoever has waited longest is next.
    expect(order.slice(1, 4)).toEqual([2, 3, 4]);
  });

  test("can be another for each upstream", async () => {
    const { engines, upstreams } = manualUpstreams(2);
    const [a, b] = upstreams;
    const pool = createPool([a!, { ...b!, concurrentRequests: 3 }], { concurrentRequests: 1 });
    for (let index = 0; index < 6; index++) read(pool.generate(requestOf(`Question ${index}`)));
    await settled();
    expect([engines.map(({ open }) => open.size), pool.queued]).toEqual([[1, 3], 2]);
  });

  test("refuses what is too many, and what has waited for too long", async () => {
    const setup = poolOf(1, { concurrentRequests: 1, queuedRequests: 1, queueTimeout: 5000 });
    setup.ask();
    const waiting = setup.ask();
    const refusedAtOnce = setup.ask();
    await refusedAtOnce.done;
    expect(refusedAtOnce.error).toMatchObject({ status: 503, retryAfter: 1000 });
    expect(String(refusedAtOnce.error)).toContain("1 requests wait already");
    vi.advanceTimersByTime(5000);
    await waiting.done;
    expect(String(waiting.error)).toContain("waited for 5000 ms");
    expect(setup.pool.queued).toBe(0);
  });

  test("lets a client leave the line", async () => {
    const setup = poolOf(1, { concurrentRequests: 1 });
    setup.ask();
    const controller = new AbortController();
    const waiting = setup.ask(requestOf("Hi"), controller.signal);
    const behind = setup.ask();
    await settled();
    controller.abort(new Error("left"));
    await waiting.done;
    expect([String(waiting.error), setup.pool.queued]).toEqual(["Error: left", 1]);
    setup.engines[0]!.jobs[0]!.end();
    await settled();
    setup.engines[0]!.jobs[1]!.end();
    await behind.done;
    expect(behind.state).toBe("ended");
  });

  test("has a request that failed over wait for the others, and not for the one that failed it", async () => {
    const setup = poolOf(2, { concurrentRequests: 1 });
    const [one, other] = [setup.ask(requestOf("One")), setup.ask(requestOf("Other"))];
    await settled();
    await fail(setup, 0, refused(429));
    expect([setup.busyOf(), setup.pool.queued]).toEqual([[0, 1], 1]);
    setup.engines[1]!.jobs[0]!.end();
    await settled();
    setup.engines[1]!.jobs[1]!.end();
    await Promise.all([one.done, other.done]);
    expect([one.state, other.state]).toEqual(["ended", "ended"]);
    expect(setup.engines.map(({ jobs }) => jobs.length)).toEqual([1, 2]);
  });
});

describe("health checks", () => {
  /** A pool with one upstream whose health a test decides. */
  function checked(options: PoolOptions = {}) {
    const { engines, upstreams } = manualUpstreams(1);
    const health = { isWell: true, checks: 0, hangs: false };
    const check = async (): Promise<void> => {
      health.checks += 1;
      if (health.hangs) await new Promise(() => {});
      if (!health.isWell) throw new Error("not well");
    };
    const pool = createPool([{ ...upstreams[0]!, check }], options);
    return { pool, engines, health, stateOf: () => pool.upstreams[0]!.state };
  }

  test("the first one decides whether an upstream is used", async () => {
    const { upstreams } = manualUpstreams(1);
    const pool = createPool([{ ...upstreams[0]!, check: () => Promise.reject(new Error("loading")) }]);
    await settled();
    expect(pool.upstreams[0]).toMatchObject({ state: "open", failures: 1, lastError: "loading" });
    await pool.close();
  });

  test("later ones open the circuit after as many failures as requests do", async () => {
    const { health, stateOf, pool } = checked({ failures: 3, healthInterval: 1000 });
    await settled();
    health.isWell = false;
    const states: string[] = [];
    for (let round = 0; round < 3; round++) {
      const before = health.checks;
      while (health.checks === before) await vi.advanceTimersByTimeAsync(10);
      states.push(stateOf());
    }
    expect(states).toEqual(["closed", "closed", "open"]);
    await pool.close();
  });

  test("one that passes again ends the wait at once", async () => {
    const { health, stateOf, pool } = checked({ failures: 1, halfOpenAfter: 1e6, recoveryInterval: 100 });
    await settled();
    health.isWell = false;
    while (stateOf() === "closed") await vi.advanceTimersByTimeAsync(100);
    expect(stateOf()).toBe("open");
    health.isWell = true;
    await vi.advanceTimersByTimeAsync(121);
    expect(stateOf()).toBe("half-open");
    await pool.close();
  });

  test("no request tries what they say is not there", async () => {
    const { engines, health, stateOf, pool } = checked({ failures: 1, halfOpenAfter: 10, recoveryInterval: 1000 });
    await settled();
    health.isWell = false;
    while (stateOf() === "closed") await vi.advanceTimersByTimeAsync(100);
    await vi.advanceTimersByTimeAsync(500);
    expect(stateOf()).toBe("open");
    const reading = read(pool.generate(requestOf("Hi")));
    await reading.done;
    expect(reading.error).toMatchObject({ status: 503, retryAfter: expect.toSatisfy((wait) => wait >= 1000) });
    expect(engines[0]!.jobs).toEqual([]);
    health.isWell = true;
    await vi.advanceTimersByTimeAsync(1201);
    expect(stateOf()).toBe("half-open");
    await pool.close();
  });

  test("one that has passed all along does not", async () => {
    const { engines, health, stateOf, pool } = checked({ failures: 1, halfOpenAfter: 1e6, recoveryInterval: 100 });
    await settled();
    const reading = read(pool.generate(requestOf("Hi")));
    await settled();
    engines[0]!.jobs[0]!.fail(INTERRUPTED);
    await reading.done;
    const { checks } = health;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(health.checks).toBeGreaterThan(checks + 10);
    expect(stateOf()).toBe("open");
    await pool.close();
  });

  test("one that hangs has failed", async () => {
    const { health, pool } = checked({ failures: 1, healthInterval: 1000, healthTimeout: 500 });
    await settled();
    health.hangs = true;
    await vi.advanceTimersByTimeAsync(1701);
    expect(pool.upstreams[0]).toMatchObject({
      state: "open",
      lastError: "did not answer the health check within 500 ms",
    });
    await pool.close();
  });

  test("one that is late decides nothing alone, even the first: the upstream may be busy", async () => {
    const { upstreams } = manualUpstreams(1);
    const check = () => new Promise<void>(() => {});
    const pool = createPool([{ ...upstreams[0]!, check }], { failures: 2, healthInterval: 1000, healthTimeout: 500 });
    await vi.advanceTimersByTimeAsync(501);
    expect(pool.upstreams[0]).toMatchObject({ state: "closed", failures: 1 });
    await vi.advanceTimersByTimeAsync(1701);
    expect(pool.upstreams[0]).toMatchObject({ state: "open", failures: 2 });
    await pool.close();
  });

  test("come at intervals that are not all the same, and stop with the pool", async () => {
    const { health, pool } = checked({ healthInterval: 1000 });
    const times: number[] = [];
    let seen = 0;
    for (let time = 0; time < 20_000; time += 10) {
      if (health.checks > seen) times.push(time);
      seen = health.checks;
      await vi.advanceTimersByTimeAsync(10);
    }
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    expect(gaps.length).toBeGreaterThan(14);
    expect(new Set(gaps).size).toBeGreaterThan(5);
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(790);
      expect(gap).toBeLessThanOrEqual(1220);
    }
    await pool.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(health.checks).toBe(seen);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("draining", () => {
  test("sends an upstream nothing more, and waits for what it works on", async () => {
    const setup = poolOf(2);
    const home = await taken(setup);
    const { address } = setup.pool.upstreams[home]!;
    let isDrained = false;
    const drained = setup.pool.drain(address).then(() => {
      isDrained = true;
    });
    for (let round = 0; round < 3; round++) expect(await taken(setup)).toBe(1 - home);
    expect([isDrained, setup.statesOf()[home]]).toEqual([false, "draining"]);
    setup.engines[home]!.jobs[0]!.end();
    await drained;
    setup.pool.resume(address);
    expect(setup.statesOf()).toEqual(["closed", "closed"]);
    expect(await taken(setup, requestOf("Another"))).toBe(home);
  });

  test("refuses those that wait for nothing else", async () => {
    const setup = poolOf(1, { concurrentRequests: 1 });
    setup.ask();
    const waiting = setup.ask();
    await settled();
    const drained = setup.pool.drain("http://a");
    await waiting.done;
    expect(String(waiting.error)).toContain("http://a is draining");
    setup.engines[0]!.jobs[0]!.end();
    await drained;
  });

  test("of an unknown address is an error with those that there are", async () => {
    const { pool } = poolOf(2);
    await expect(pool.drain("http://z")).rejects.toThrow("no upstream is at http://z; there are http://a, http://b");
    expect(() => pool.resume("http://z")).toThrow(RangeError);
  });
});

test("closing refuses what is new and what waits, and lets go on what has begun", async () => {
  const setup = poolOf(1, { concurrentRequests: 1 });
  const [begun, waiting] = [setup.ask(), setup.ask()];
  await settled();
  let isClosed = false;
  const closed = setup.pool.close().then(() => {
    isClosed = true;
  });
  await waiting.done;
  const late = setup.ask();
  await late.done;
  for (const { error } of [waiting, late]) expect(String(error)).toContain("the gateway is being stopped");
  expect(isClosed).toBe(false);
  setup.engines[0]!.jobs[0]!.end();
  await Promise.all([closed, begun.done]);
  expect(begun.state).toBe("ended");
});

describe("constraints", () => {
  const constraint = constraintsFor({ responseFormat: { schema: { type: "object" } } });
  const [withGbnf, withTag, without] = (["gbnf", "structural-tag", undefined] as const).map(
    (constraints) => manualUpstreams(1, { constraints }).upstreams[0]!,
  );
  const at = (upstream: typeof withGbnf, address: string) => ({ ...upstream!, address });

  test("are what an upstream takes", () => {
    expect(createPool([withGbnf!]).constraints).toBe("gbnf");
    expect(createPool([without!]).constraints).toBeUndefined();
    expect(createPool([without!, at(withTag, "b")]).constraints).toBe("structural-tag");
    expect(createPool([at(withGbnf, "b"), withTag!]).constraints).toBe("gbnf");
  });

  test("go only to those that take them", async () => {
    const plain = manualUpstreams(1);
    const able = manualUpstreams(1, { constraints: "gbnf" });
    const pool = createPool([plain.upstreams[0]!, at(able.upstreams[0], "http://b")], { failures: 1 });
    for (let index = 0; index < 8; index++) {
      read(pool.generate({ ...requestOf(`Question ${index}`), constraint }));
      read(pool.generate(requestOf(`Question ${index}`)));
    }
    await settled();
    expect(plain.engines[0]!.jobs.length).toBeGreaterThan(0);
    expect(plain.engines[0]!.jobs.filter(({ request }) => request.constraint !== undefined)).toEqual([]);
    expect(able.engines[0]!.jobs.filter(({ request }) => request.constraint !== undefined)).toHaveLength(8);
    const lonely = read(createPool([without!]).generate({ ...requestOf("Hi"), constraint }));
    await lonely.done;
    expect(lonely.error).toMatchObject({ code: "unsupported" });
  });
});

test("wrong upstreams are refused", () => {
  expect(() => createPool([])).toThrow("createPool: upstreams must name at least one");
  const { upstreams } = manualUpstreams(1);
  expect(() => createPool([...upstreams, ...upstreams])).toThrow("the upstream http://a is there twice");
});

test("errors call a pool by its engines", () => {
  const { upstreams } = manualUpstreams(2);
  const [other] = manualUpstreams(1, { name: "other" }).upstreams;
  expect(createPool(upstreams).name).toBe("manual");
  expect(createPool([...upstreams, { ...other!, address: "z" }]).name).toBe("manual, other");
});

test("an empty prompt finds an upstream, too", async () => {
  const setup = poolOf(2);
  expect(await taken(setup, { ...requestOf(""), tokens: tokensOf("") })).toBeGreaterThanOrEqual(0);
});
