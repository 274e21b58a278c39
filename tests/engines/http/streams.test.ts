import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EngineError } from "../../../src/engines/engine-error.js";
import { readJsonLines } from "../../../src/engines/servers/http/json-lines.js";
import { readServerSentEvents } from "../../../src/engines/servers/http/server-sent-events.js";
import { answerOf, ask, drain, fetchOf } from "./answers.js";

async function events(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const { values, error } = await drain(readServerSentEvents(await answerOf(chunks)));
  expect(error).toBeUndefined();
  return values.map(({ type, data }) => (type === "message" ? data : `${type}/${data}`));
}

describe("server-sent events", () => {
  test("come one by one, whichever way lines end", async () => {
    expect(await events("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n")).toEqual(["a", "b", "c", "d"]);
  });

  test("leave out comments, events without data, and unknown fields", async () => {
    expect(await events(": ping\n\n:\n\nevent: x\n\nid: 7\nretry: 10\nfoo: bar\ndata: a\n\n")).toEqual(["a"]);
  });

  test("join several lines of data, and keep all of a value but one space", async () => {
    expect(await events("data: a\ndata:b\ndata\ndata:  c: d\n\n")).toEqual(["a\nb\n\n c: d"]);
  });

  test("have types, each for its own event alone", async () => {
    expect(await events("event: error\ndata: a\n\ndata: b\n\n")).toEqual(["error/a", "b"]);
  });

  test("may be empty", async () => {
    expect(await events("data\n\ndata:\n\n")).toEqual(["", ""]);
  });

  test("begin behind a byte order mark, and only there", async () => {
    expect(await events("\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n")).toEqual(["a", "\uFEFFc"]);
  });

  test("do not come if the stream ends before they do", async () => {
    expect(await events("data: a\n\ndata: b\n")).toEqual(["a"]);
    expect(await events("data: a\n\ndata: b")).toEqual(["a"]);
  });

  test("leave [DONE] to the caller", async () => {
    expect(await events("data: [DONE]\n\n")).toEqual(["[DONE]"]);
  });

  test("do not break lines at other line separators", async () => {
    expect(await events("data: a\u2028b\u0085c\vd\n\n")).toEqual(["a\u2028b\u0085c\vd"]);
  });

  test("come as soon as they have ended, and not when the next chunk arrives", async () => {
    let sendMore: () => void = () => {};
    const more = new Promise<void>((resolve) => {
      sendMore = resolve;
    });
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode("data: a\r\r"));
        await more;
        controller.enqueue(new TextEncoder().encode("\ndata: b\n\n"));
        controller.close();
      },
    });
    const stream = readServerSentEvents(await ask({ fetch: fetchOf(() => new Response(body)).fetch }));
    expect((await stream.next()).value?.data).toBe("a");
    sendMore();
    expect((await stream.next()).value?.data).toBe("b");
    expect((await stream.next()).done).toBe(true);
  });

  test("are the same in any chunks, also where these split characters and line ends", async () => {
    const piece = fc.constantFrom(
      "data: ",
      "data",
      ":",
      "\n",
      "\r",
      "\r\n",
      "\n\n",
      "🙂",
      "é",
      "event: x\n",
      "\uFEFF",
      "x",
    );
    const property = fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(8), { maxLength: 60 }),
      async (pieces, sizes) => {
        const bytes = new TextEncoder().encode(pieces.join(""));
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        chunks.push(bytes.subarray(at));
        expect(await events(...chunks)).toEqual(await events(bytes));
        expect(await events(bytes)).toEqual(bySpecification(pieces.join("")));
      },
    );
    await fc.assert(property, { numRuns: 3000, seed: 1 });
  });

  test("are not gathered without end", async () => {
    const long = "x".repeat(60);
    for (const chunks of [[`data: ${long}\n\n`], ["data: ", long], Array(9).fill("data: 1234567\n")]) {
      const { values, error } = await drain(readServerSentEvents(await answerOf(["data: a\n\n", ...chunks]), 50));
      expect(values).toEqual([{ type: "message", data: "a" }]);
      expect(error).toMatchObject({ code: "not-understood" });
    }
  });

  test("end in an error if the connection breaks, after all that came before", async () => {
    const answer = await answerOf(["data: a\n\ndata: b"], new TypeError("terminated"));
    const { values, error } = await drain(readServerSentEvents(answer));
    expect(values).toEqual([{ type: "message", data: "a" }]);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: "interrupted", status: 200, cause: { message: "terminated" } });
  });

  test("take time in proportion to a long line", async () => {
    const chunk = new TextEncoder().encode("x".repeat(100));
    const timeOf = async (count: number): Promise<number> => {
      const chunks = ["data: ", ...Array<Uint8Array>(count).fill(chunk), "\n\n"];
      const answer = await answerOf(chunks);
      const begun = performance.now();
      const { values } = await drain(readServerSentEvents(answer));
      expect(values[0]?.data.length).toBe(count * 100);
      return performance.now() - begun;
    };
    await timeOf(2000);
    const times = [await timeOf(5000), await timeOf(40_000)];
    expect(times[1]! / times[0]!).toBeLessThan(40);
  });
});

/** What the WHATWG's grammar says, in one piece. */
function bySpecification(stream: string): string[] {
  const found: string[] = [];
  const text = stream.startsWith("\uFEFF") ? stream.slice(1) : stream;
  const lines = text.split(/\r\n|\r|\n/);
  lines.pop();
  let data: string[] = [];
  let type = "";
  for (const line of lines) {
    if (line === "") {
      if (data.length > 0) found.push(type === "" ? data.join("\n") : `${type}/${data.join("\n")}`);
      data = [];
      type = "";
      continue;
    }
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (field === "data") data.push(value);
    if (field === "event") type = value;
  }
  return found;
}

describe("lines of JSON", () => {
  const linesOf = async (...chunks: (string | Uint8Array)[]) => await drain(readJsonLines(await answerOf(chunks)));

  test("are objects, in any chunks; the last need not end", async () => {
    const bytes = new TextEncoder().encode('{"a":"🙂"}\n\r\n  \n{"b":1}\r\n{"c":null}');
    const each = Array.from(bytes, (byte) => Uint8Array.of(byte));
    for (const chunks of [[bytes], each]) {
      expect(await linesOf(...chunks)).toEqual({ values: [{ a: "🙂" }, { b: 1 }, { c: null }], error: undefined });
    }
  });

  test("that are something else are an error", async () => {
    for (const line of ["[1]", "null", "nonsense", '"text"']) {
      const { values, error } = await linesOf('{"a":1}\n', `${line}\n`);
      expect(values).toEqual([{ a: 1 }]);
      expect(error).toMatchObject({ code: "not-understood", answer: expect.anything() });
    }
  });

  test("that break off are an interruption", async () => {
    const { values, error } = await linesOf('{"a":1}\n{"b":');
    expect(values).toEqual([{ a: 1 }]);
    expect(error).toMatchObject({ code: "interrupted" });
  });
});
