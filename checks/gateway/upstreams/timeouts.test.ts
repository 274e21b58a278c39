import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { withTimeouts } from "../../../gateway/dist/index.js";
import { manualEngine, read, requestOf, settled } from "./manual-engine.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function started(timeouts: Parameters<typeof withTimeouts>[1], signal?: AbortSignal) {
  const manual = manualEngine({ constraints: "gbnf" });
  const engine = withTimeouts(manual, timeouts);
  const reading = read(engine.generate(requestOf("Hi"), signal));
  return { manual, engine, reading };
}

async function pass(time: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(time);
  await settled();
}

describe("the first token", () => {
  test("may take so long, and no longer", async () => {
    const { manual, reading } = started({ firstTokenTimeout: 1000 });
    await pass(999);
    expect(reading.state).toBe("reading");
    await pass(1);
    expect(reading.error).toMatchObject({ name: "EngineTimeout", code: "unreachable", engine: "manual" });
    expect(String(reading.error)).toBe(
      "EngineTimeout: manual: wrote no token within 1000 ms (firstTokenTimeout); a long prompt may need a longer one",
    );
    expect(manual.jobs[0]!.isStopped).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("has no limit of its own if only the others have one", async () => {
    const { manual, reading } = started({ tokenTimeout: 10 });
    await pass(1e9);
    manual.jobs[0]!.write();
    await settled();
    expect(reading).toMatchObject({ state: "reading", outputs: [{ tokens: [1] }] });
    await pass(10);
    expect(reading.error).toMatchObject({ code: "interrupted" });
  });
});

describe("the next token", () => {
  test("may take so long after each", async () => {
    const { manual, reading } = started({ firstTokenTimeout: 60_000, tokenTimeout: 1000 });
    await settled();
    const [job] = manual.jobs;
    for (let token = 0; token < 10; token++) {
      job!.write();
      await pass(900);
    }
    expect(reading.outputs).toHaveLength(10);
    await pass(99);
    expect(reading.state).toBe("reading");
    await pass(1);
    expect(reading.state).toBe("failed");
    expect(reading.error).toMatchObject({ code: "interrupted" });
    expect(String(reading.error)).toContain("wrote nothing more for 1000 ms (tokenTimeout)");
    expect([job!.isStopped, vi.getTimerCount()]).toEqual([true, 0]);
  });

  test("is not waited for while nobody asks for it", async () => {
    const manual = manualEngine();
    const outputs = withTimeouts(manual, { firstTokenTimeout: 1000, tokenTimeout: 1000 })
      .generate(requestOf("Hi"))
      [Symbol.asyncIterator]();
    const first = outputs.next();
    await settled();
    manual.jobs[0]!.write({ tokens: [1] });
    await first;
    // A slow reader.
    await pass(100_000);
    manual.jobs[0]!.write({ tokens: [2] });
    expect(await outputs.next()).toEqual({ done: false, value: { tokens: [2] } });
    const third = outputs.next().catch((error: unknown) => error);
    await pass(1000);
    expect(await third).toMatchObject({ code: "interrupted" });
  });

  test("has no limit if only the first has one", async () => {
    const { manual, reading } = started({ firstTokenTimeout: 10 });
    await settled();
    manual.jobs[0]!.write();
    await pass(1e10);
    expect(reading.state).toBe("reading");
    manual.jobs[0]!.end();
    await reading.done;
    expect([reading.state, vi.getTimerCount()]).toEqual(["ended", 0]);
  });
});

test("times beyond what a timer takes are no shorter for it", async () => {
  const { reading } = started({ firstTokenTimeout: 2 ** 31 + 1000 });
  await pass(2 ** 31);
  expect(reading.state).toBe("reading");
  await pass(1000);
  expect(reading.state).toBe("failed");
});

test("the caller's own signal and its own end stop the engine, and leave no timer", async () => {
  const controller = new AbortController();
  const { manual, reading } = started({ firstTokenTimeout: 1000 }, controller.signal);
  await settled();
  const reason = new Error("left");
  controller.abort(reason);
  await reading.done;
  expect([reading.error, manual.jobs[0]!.isStopped, vi.getTimerCount()]).toEqual([reason, true, 0]);

  const outputs = withTimeouts(manual, { tokenTimeout: 1000 }).generate(requestOf("Hi"))[Symbol.asyncIterator]();
  const first = outputs.next();
  await settled();
  manual.jobs[1]!.write();
  await first;
  await outputs.return!();
  expect([manual.jobs[1]!.isStopped, vi.getTimerCount()]).toEqual([true, 0]);
});

test("an engine's own error is passed on as it is", async () => {
  const { manual, reading } = started({ firstTokenTimeout: 1000 });
  await settled();
  const error = new Error("its own");
  manual.jobs[0]!.fail(error);
  await reading.done;
  expect(reading.error).toBe(error);
});

test("an engine keeps its name and what it takes; without a limit it is the engine itself", () => {
  const { manual, engine } = started({ firstTokenTimeout: 1000 });
  expect([engine.name, engine.constraints]).toEqual(["manual", "gbnf"]);
  expect(withTimeouts(manual, {})).toBe(manual);
  expect(withTimeouts(manual, { firstTokenTimeout: Infinity })).toBe(manual);
});
