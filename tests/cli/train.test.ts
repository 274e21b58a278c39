import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { packByBestFit } from "../../src/cli/training/pack.js";
import { shuffled } from "../../src/cli/training/shuffle.js";
import { cutBetweenMessages } from "../../src/cli/training/split.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { testProperty } from "../property.js";
import { conversations } from "./conversations.js";
import { FOLDER, shell } from "./processes.js";
import { runHere } from "./world.js";

const encoding = loadHarmonyEncoding();
const CONVERSATIONS = conversations(300, 5);
const TEXT = CONVERSATIONS.map((conversation) => `${JSON.stringify(conversation)}\n`).join("");
const TRAINED = CONVERSATIONS.map((conversation) => encoding.renderForTraining(conversation));

interface Line {
  tokens: number[];
  mask: number[];
  lengths?: number[];
}

function linesOf(stdout: string): Line[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

beforeAll(() => writeFileSync(`${FOLDER}/train.jsonl`, TEXT));

describe("jsonl", () => {
  test("is what the library gives", async () => {
    const { stdout, code } = await runHere(["train"], TEXT);
    expect(code).toBe(0);
    expect(linesOf(stdout)).toEqual(TRAINED.map(({ tokens, mask }) => ({ tokens: [...tokens], mask: [...mask] })));
  });

  test("with every option of the mask", async () => {
    const options =
      "--train-on last-turn --past-answers-end-with return --analysis this-turn --recipient-place channel --continue-after-call";
    const { stdout } = await runHere(["train", ...options.split(" ")], TEXT);
    const expected = CONVERSATIONS.map((conversation) =>
      encoding.renderForTraining(conversation, {
        trainOn: "last-turn",
        pastAnswersEndWith: "return",
        keepAnalysis: "this-turn",
        recipientPlace: "channel",
        continueAfterCall: true,
      }),
    );
    expect(linesOf(stdout).map(({ mask }) => mask)).toEqual(expected.map(({ mask }) => [...mask]));
  });

  test("what is too long is dropped and counted, or an error, or split between messages", async () => {
    const isLong = TRAINED.map(({ tokens }) => tokens.length > 200);
    const long = isLong.filter(Boolean).length;
    expect(long).toBeGreaterThan(20);
    const dropped = await runHere(["train", "--max-tokens", "200"], TEXT);
    expect(linesOf(dropped.stdout)).toHaveLength(300 - long);
    expect(dropped.stderr).toContain(`${long} too long and dropped`);
    expect(dropped.code).toBe(0);
    const refused = await runHere(["train", "--max-tokens", "200", "--overflow", "error"], TEXT);
    expect(refused.stdout).toBe(dropped.stdout);
    expect(refused.code).toBe(1);
    expect(refused.stderr.match(/ has \d+ tokens, more than --max-tokens 200 \(too-long\)$/gm)).toHaveLength(long);
    const split = linesOf((await runHere(["train", "--max-tokens", "200", "--overflow", "split"], TEXT)).stdout);
    expect(Math.max(...split.map(({ tokens }) => tokens.length))).toBeLessThanOrEqual(200);
    expect(split.flatMap(({ tokens }) => tokens)).toEqual(TRAINED.flatMap(({ tokens }) => [...tokens]));
    expect(split.flatMap(({ mask }) => mask)).toEqual(TRAINED.flatMap(({ mask }) => [...mask]));
  });

  test("packed: every conversation is whole, in one sequence, with its mask, and none is too long", async () => {
    const { stdout } = await runHere(["train", "--pack", "1000"], TEXT);
    const packed = linesOf(stdout);
    const found: string[] = [];
    for (const { tokens, mask, lengths } of packed) {
      expect(tokens.length).toBeLessThanOrEqual(1000);
      expect(lengths!.reduce((sum, length) => sum + length, 0)).toBe(tokens.length);
      let at = 0;
      for (const length of lengths!) {
        found.push(JSON.stringify([tokens.slice(at, at + length), mask.slice(at, at + length)]));
        at += length;
      }
    }
    expect(found.sort()).toEqual(TRAINED.map(({ tokens, mask }) => JSON.stringify([[...tokens], [...mask]])).sort());
    const total = TRAINED.reduce((sum, { tokens }) => sum + tokens.length, 0);
    expect(total / (packed.length * 1000)).toBeGreaterThan(0.98);
  });

  test("--seed decides the order, and nothing else does", async () => {
    const [first, again, other, plain] = await Promise.all(
      [["--seed", "1"], ["--seed", "1"], ["--seed", "2"], []].map(
        async (options) => (await runHere(["train", ...options], TEXT)).stdout,
      ),
    );
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    const sorted = (stdout: string): string[] =>
      linesOf(stdout)
        .map(({ tokens }) => tokens.join(" "))
        .sort();
    expect(sorted(other!)).toEqual(sorted(first!));
    expect(sorted(first!)).toEqual(sorted(plain!));
    // However the input arrives.
    const bytes = Buffer.from(TEXT);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, at) =>
      bytes.subarray(at * 997, (at + 1) * 997),
    );
    expect((await runHere(["train", "--seed", "1"], pieces)).stdout).toBe(first);
    expect(shell("harmony-format train -q --seed 1 -j 3 train.jsonl").stdout).toBe(first);
  });
});

describe("shards", () => {
  const read = (folder: string, name: string): Buffer => readFileSync(`${FOLDER}/${folder}/${name}`);

  test("hold the sequences, their offsets and their documents, and the manifest says what they are", () => {
    const line = "harmony-format train -f shards --pack 1500 --shard-tokens 1000 -o shards train.jsonl bad.jsonl";
    writeFileSync(`${FOLDER}/bad.jsonl`, "bad\n");
    const { code, stderr } = shell(line);
    expect(code).toBe(1);
    expect(stderr).toContain("301 conversations");
    const manifest = JSON.parse(read("shards", "manifest.json").toString());
    expect(manifest.conversations).toEqual({ read: 301, bad: 1, too_long: 0, split: 0, written: 300 });
    expect(manifest.inputs).toEqual([
      { file: "train.jsonl", bytes: Buffer.byteLength(TEXT), sha256: createHash("sha256").update(TEXT).digest("hex") },
      { file: "bad.jsonl", bytes: 4, sha256: createHash("sha256").update("bad\n").digest("hex") },
    ]);
    const total = TRAINED.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const learned = TRAINED.reduce((sum, { mask }) => sum + mask.reduce((count, bit) => count + bit, 0), 0);
    expect(manifest.tokens).toEqual({ written: total, learned, dropped: 0 });
    const found: string[] = [];
    for (const { files, sequences, tokens: length } of manifest.shards) {
      for (const { file, bytes, sha256 } of Object.values(files) as { file: string; bytes: number; sha256: string }[]) {
        const data = read("shards", file);
        expect(data.length).toBe(bytes);
        expect(createHash("sha256").update(data).digest("hex")).toBe(sha256);
      }
      const bytes = read("shards", files.tokens.file);
      const tokens = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(4 * index));
      const mask = [...read("shards", files.mask.file)];
      const [offsets, documents] = [files.offsets.file, files.documents.file].map((file: string) => {
        const numbers = read("shards", file);
        return Array.from({ length: numbers.length / 8 }, (_, index) => Number(numbers.readBigUInt64LE(8 * index)));
      }) as [number[], number[]];
      expect(tokens.length).toBe(length);
      expect(mask.length).toBe(length);
      expect(offsets.length).toBe(sequences + 1);
      expect([offsets[0], offsets.at(-1), documents[0], documents.at(-1)]).toEqual([0, length, 0, length]);
      for (const [index, end] of offsets.slice(1).entries()) expect(end - offsets[index]!).toBeLessThanOrEqual(1500);
      expect(documents).toEqual(expect.arrayContaining(offsets));
      for (const [index, end] of documents.slice(1).entries()) {
        found.push(JSON.stringify([tokens.slice(documents[index], end), mask.slice(documents[index], end)]));
      }
    }
    expect(found.sort()).toEqual(TRAINED.map(({ tokens, mask }) => JSON.stringify([[...tokens], [...mask]])).sort());
  });

  test("a folder that exists is not touched", () => {
    shell("mkdir taken; touch taken/x");
    const { code, stderr } = shell("harmony-format train -f shards -o taken train.jsonl");
    expect(code).toBe(3);
    expect(stderr).toBe("harmony-format train: taken: exists already; remove it, or name another folder\n");
    expect(shell("ls taken").stdout).toBe("x\n");
  });

  test("an empty input gives an empty folder with a manifest", () => {
    expect(shell("harmony-format train -q -f shards -o empty", "").code).toBe(0);
    expect(JSON.parse(read("empty", "manifest.json").toString())).toMatchObject({ shards: [], tokens: { written: 0 } });
    expect(shell("ls empty").stdout).toBe("manifest.json\n");
  });
});

test("the manifest beside a file has its checksum", () => {
  expect(shell("harmony-format train -q -o plain train.jsonl").code).toBe(0);
  const manifest = JSON.parse(readFileSync(`${FOLDER}/plain.manifest.json`, "utf8"));
  const data = readFileSync(`${FOLDER}/plain`);
  expect(manifest.output).toEqual({ bytes: data.length, sha256: createHash("sha256").update(data).digest("hex") });
  expect(manifest.sequences).toMatchObject({ written: 300, documents: 300 });
});

describe("packing", () => {
  const length = fc.integer({ min: 1, max: 60 });

  testProperty(
    "is best fit, longest first, as the plain search through all bins has it",
    [fc.array(length, { maxLength: 40 }), fc.integer({ min: 60, max: 2000 })],
    (lengths, capacity) => {
      const bins = packByBestFit(lengths, capacity);
      expect(bins.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
      const rooms = (all: readonly number[][]): number[] =>
        all.map((bin) => capacity - bin.reduce((sum, index) => sum + lengths[index]!, 0)).sort((a, b) => a - b);
      expect(Math.min(capacity, ...rooms(bins))).toBeGreaterThanOrEqual(0);
      expect(rooms(bins)).toEqual(rooms(plainBestFit(lengths, capacity)));
    },
    { runs: 3000 },
  );

  function plainBestFit(lengths: readonly number[], capacity: number): number[][] {
    const bins: { room: number; items: number[] }[] = [];
    const order = lengths.map((_, index) => index).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
    for (const index of order) {
      const fitting = bins.filter(({ room }) => room >= lengths[index]!).sort((a, b) => a.room - b.room);
      const bin = fitting[0] ?? { room: capacity, items: [] };
      if (fitting.length === 0) bins.push(bin);
      bin.items.push(index);
      bin.room -= lengths[index]!;
    }
    return bins.map(({ items }) => items);
  }
});

describe("shuffling", () => {
  testProperty(
    "keeps every number once, and follows from the seed",
    [fc.nat(300), fc.nat({ max: 2 ** 40 }), fc.nat(5)],
    (length, seed, window) => {
      const order = shuffled(length, seed, window);
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, index) => index));
      expect(shuffled(length, seed, window)).toEqual(order);
    },
    { runs: 2000 },
  );

  test("any seed and any window give another order", () => {
    const orders = [0, 1, 2, 2 ** 32, 2 ** 32 + 1].flatMap((seed) =>
      [0, 1].map((window) => shuffled(50, seed, window).join()),
    );
    expect(new Set(orders).size).toBe(orders.length);
  });

  test("every place is as likely for a number", () => {
    const places = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < 20_000; seed++) places[shuffled(10, seed, 0).indexOf(3)]! += 1;
    for (const count of places) expect(Math.abs(count - 2000)).toBeLessThan(220);
  });
});

describe("splitting", () => {
  testProperty(
    "cuts at messages, but for one that is too long, and loses nothing",
    [fc.array(fc.integer({ min: 4, max: 50 }), { minLength: 1, maxLength: 12 }), fc.integer({ min: 4, max: 80 })],
    (lengths, most) => {
      let end = 0;
      const spans = lengths.map((length, message) => {
        const start = end;
        end += length;
        return {
          message,
          header: [start, start + 3],
          content: [start + 3, end - 1],
          terminator: [end - 1, end],
        } as const;
      });
      const pieces = cutBetweenMessages(spans, most);
      expect(pieces[0]![0]).toBe(0);
      expect(pieces.at(-1)![1]).toBe(end);
      const borders = new Set(spans.map(({ terminator }) => terminator[1]));
      for (const [index, [from, to]] of pieces.entries()) {
        expect(to - from).toBeGreaterThan(0);
        expect(to - from).toBeLessThanOrEqual(most);
        if (index > 0) expect(from).toBe(pieces[index - 1]![1]);
        const isInside = !borders.has(to);
        // A cut inside of a message is in one that is too long.
        if (isInside) expect(lengths[spans.findIndex(({ terminator }) => terminator[1] > to)]).toBeGreaterThan(most);
      }
    },
    { runs: 5000 },
  );
});
