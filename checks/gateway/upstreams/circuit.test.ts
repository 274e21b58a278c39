import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Circuit } from "../../../gateway/dist/upstreams/circuit.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A circuit that has just opened. */
function opened(options = {}): Circuit {
  const circuit = new Circuit({ failures: 1, halfOpenAfter: 1000, longestOpen: 5000, ...options });
  circuit.failed();
  return circuit;
}

describe("closed", () => {
  test("it opens after so many failures in a row", () => {
    const circuit = new Circuit({ failures: 3 });
    circuit.failed();
    circuit.failed();
    expect([circuit.state, circuit.isAdmitting]).toEqual(["closed", true]);
    circuit.failed();
    expect([circuit.state, circuit.isAdmitting]).toEqual(["open", false]);
  });

  test("a success in between begins the count again", () => {
    const circuit = new Circuit({ failures: 2 });
    for (let round = 0; round < 5; round++) {
      circuit.failed();
      circuit.succeeded();
    }
    expect(circuit.state).toBe("closed");
  });

  test("it can be opened at once", () => {
    const circuit = new Circuit({ failures: 3 });
    circuit.open();
    expect(circuit.state).toBe("open");
  });

  test("its requests are no trials", () => {
    const circuit = new Circuit();
    const ends = [circuit.begin(), circuit.begin()];
    expect(circuit.isAdmitting).toBe(true);
    for (const end of ends) end();
    expect(circuit.state).toBe("closed");
  });
});

describe("open", () => {
  test("it is half-open after its time", () => {
    const circuit = opened();
    expect(circuit.openFor).toBe(1000);
    vi.advanceTimersByTime(999);
    expect(circuit.state).toBe("open");
    vi.advanceTimersByTime(1);
    expect([circuit.state, circuit.isAdmitting, circuit.openFor]).toEqual(["half-open", true, 0]);
  });

  test("further failures do not prolong it", () => {
    const circuit = opened();
    vi.advanceTimersByTime(900);
    circuit.failed();
    vi.advanceTimersByTime(100);
    expect(circuit.state).toBe("half-open");
  });

  test("the late success of an old request does not close it", () => {
    const circuit = opened();
    circuit.succeeded();
    expect(circuit.state).toBe("open");
  });

  test("a recovery ends the wait", () => {
    const circuit = opened();
    circuit.recovered();
    expect(circuit.state).toBe("half-open");
    const closed = new Circuit();
    closed.recovered();
    expect(closed.state).toBe("closed");
  });
});

describe("half-open", () => {
  function halfOpen(): Circuit {
    const circuit = opened();
    vi.advanceTimersByTime(1000);
    return circuit;
  }

  test("it admits one request, whose success closes it", () => {
    const circuit = halfOpen();
    circuit.begin();
    expect(circuit.isAdmitting).toBe(false);
    circuit.succeeded();
    expect([circuit.state, circuit.isAdmitting]).toEqual(["closed", true]);
  });

  test("a failure opens it for twice as long, up to a bound", () => {
    const circuit = halfOpen();
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      circuit.begin();
      circuit.failed();
      waits.push(circuit.openFor);
      vi.advanceTimersByTime(circuit.openFor);
    }
    expect(waits).toEqual([2000, 4000, 5000, 5000]);
    circuit.succeeded();
    circuit.failed();
    expect(circuit.openFor).toBe(1000);
  });

  test("a trial without a verdict makes room for another", () => {
    const circuit = halfOpen();
    const end = circuit.begin();
    end();
    expect([circuit.state, circuit.isAdmitting]).toEqual(["half-open", true]);
  });

  test("the end of an old trial does not end a new one", () => {
    const circuit = halfOpen();
    const endOld = circuit.begin();
    circuit.failed();
    vi.advanceTimersByTime(2000);
    circuit.begin();
    endOld();
    expect([circuit.state, circuit.isAdmitting]).toEqual(["half-open", false]);
  });
});

test("the longest time open is never shorter than the first", () => {
  expect(opened({ halfOpenAfter: 60_000 }).openFor).toBe(60_000);
});
