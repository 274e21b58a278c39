// What a pool keeps to whatever happens, in whatever order.
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EngineRequest } from "../../../dist/engines.js";
import { createPool } from "../../../gateway/dist/index.js";
import { INTERRUPTED, type Job, manualUpstreams, read, refused, requestOf, UNREACHABLE } from "./manual-engine.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What can happen; numbers choose among what there is then. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("ask" as const), conversation: fc.nat(3), turns: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("fail" as const), which: fc.nat(), how: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("pass" as const), time: fc.nat(3000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drain" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("resume" as const), which: fc.nat() }) },
);

const ERRORS = [UNREACHABLE, INTERRUPTED, refused(503), refused(429), refused(400)];

interface Asked {
  readonly request: EngineRequest;
  readonly controller: AbortController;
  readonly reading: ReturnType<typeof read>;
}

const setups = fc.record({
  count: fc.integer({ min: 1, max: 4 }),
  limit: fc.constantFrom(1, 2, 3, Infinity),
  failures: fc.integer({ min: 1, max: 3 }),
  steps: fc.array(step, { maxLength: 60 }),
});

test("no request is lost, none is sent on after its first token, and no upstream gets more than it may", async () => {
  await fc.assert(
    fc.asyncProperty(setups, async ({ count, limit, failures, steps }) => {
      const { engines, upstreams } = manualUpstreams(count);
      const pool = createPool(upstreams, { concurrentRequests: limit, failures, queueTimeout: Infinity });
      const all: Asked[] = [];
      const openJobs = (): Job[] => engines.flatMap(({ open }) => [...open]);
      const pick = <Of>(from: readonly Of[], which: number): Of | undefined => from[which % from.length];
      /** The requests of which something has arrived, and how many jobs each had had by then. */
      const begun = new Map<EngineRequest, number>();
      const jobsOf = (request: EngineRequest): number =>
        engines.reduce((sum, { jobs }) => sum + jobs.filter((job) => job.request === request).length, 0);

      const check = (): void => {
        for (const { busy, state } of pool.upstreams) {
          expect(busy).toBeLessThanOrEqual(limit);
          expect(["closed", "open", "half-open", "draining"]).toContain(state);
        }
        expect(pool.upstreams.map(({ busy }) => busy)).toEqual(engines.map(({ open }) => open.size));
        for (const { request, reading } of all) {
          for (const { jobs } of engines) {
            expect(jobs.filter((job) => job.request === request).length).toBeLessThanOrEqual(1);
          }
          const before = begun.get(request);
          if (before !== undefined) expect(jobsOf(request)).toBe(before);
          else if (reading.outputs.length > 0) begun.set(request, jobsOf(request));
          const isOpen = openJobs().filter((job) => job.request === request).length;
          expect(isOpen).toBeLessThanOrEqual(reading.state === "reading" ? 1 : 0);
        }
        const waiting = all.filter(({ reading }) => reading.state === "reading").length - openJobs().length;
        expect(pool.queued).toBe(waiting);
      };

      for (const action of steps) {
        if (action.kind === "ask") {
          const more = Array.from({ length: 2 * action.turns }, (_, index) => `${index}`);
          const request = requestOf(`Question ${action.conversation}`, ...more);
          const controller = new AbortController();
          all.push({ request, controller, reading: read(pool.generate(request, controller.signal)) });
        } else if (action.kind === "write") pick(openJobs(), action.which)?.write();
        else if (action.kind === "end") pick(openJobs(), action.which)?.end();
        else if (action.kind === "fail") pick(openJobs(), action.which)?.fail(ERRORS[action.how]);
        else if (action.kind === "leave") pick(all, action.which)?.controller.abort(new Error("left"));
        else if (action.kind === "pass") vi.advanceTimersByTime(action.time);
        else if (action.kind === "drain") void pool.drain(pick(upstreams, action.which)!.address);
        else pool.resume(pick(upstreams, action.which)!.address);
        await turn();
        check();
      }
      // Everything that waits gets its turn as soon as the rest ends.
      for (const { address } of upstreams) pool.resume(address);
      for (let round = 0; openJobs().length > 0 || pool.queued > 0; round++) {
        expect(round).toBeLessThan(steps.length + 1);
        for (const job of openJobs()) {
          job.write();
          job.end();
        }
        await turn();
        check();
      }
      for (const { reading, controller } of all) {
        if (reading.state === "failed" && !controller.signal.aborted) expect(reading.error).toBeInstanceOf(Error);
        expect(reading.state).not.toBe("reading");
        if (reading.state === "ended") expect(reading.error).toBeUndefined();
      }
      expect(pool.upstreams.map(({ busy }) => busy)).toEqual(upstreams.map(() => 0));
      await pool.close();
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: Number(process.env.HARMONY_RUNS ?? 300) },
  );
});

test("however much everybody wants one upstream, it gets little more than its share", async () => {
  const conversations = fc.array(fc.record({ conversation: fc.nat(2), turns: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), conversations, async (count, asked) => {
      const { engines, upstreams } = manualUpstreams(count);
      const pool = createPool(upstreams);
      for (const { conversation, turns } of asked) {
        const more = Array.from({ length: 2 * turns }, (_, index) => `${index}`);
        const before = pool.upstreams.map(({ busy }) => busy);
        read(pool.generate(requestOf(`Question ${conversation}`, ...more)));
        await turn();
        const chosen = pool.upstreams.findIndex(({ busy }, index) => busy > before[index]!);
        const share = before.reduce((sum, busy) => sum + busy, 1) / count;
        const isLeast = before[chosen] === Math.min(...before);
        expect(isLeast || before[chosen]! + 1 <= Math.max(2, Math.ceil(1.25 * share))).toBe(true);
      }
      for (const { open } of engines) for (const job of open) job.end();
    }),
    { numRuns: Number(process.env.HARMONY_RUNS ?? 100) },
  );
});
