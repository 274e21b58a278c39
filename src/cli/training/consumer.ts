import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { fileError } from "../failures.js";
import type { Io, Settings } from "../io.js";
import { openDestination, partialName, targetOf } from "../output/destination.js";
import { OutputBytes } from "../output/output-bytes.js";
import type { Consumer, OpenConsumer } from "../work/consumer.js";
import { type ManifestCounts, manifestText } from "./manifest.js";
import { SequenceLines } from "./sequence-line.js";
import { type Shard, ShardFolder, type ShardState } from "./shards.js";
import { addTo, learnedIn, noStatistics, type Statistics } from "./statistics.js";
import { type PackedSequence, Window } from "./window.js";

/** How many bytes are written at a time. */
const BLOCK = 1 << 20;

/** Where sequences are written. */
interface Sink {
  /** Writes text that is ready, or sequences. */
  write(output: Uint8Array | readonly PackedSequence[]): Promise<void>;
  state(): unknown;
  /** @param describe The manifest, with what it says about the output itself. */
  finish(describe: (outputs: Readonly<Record<string, unknown>>) => string): Promise<void>;
  abandon(keep: boolean): Promise<void>;
}

/** What it takes to go on. */
interface State {
  readonly sink: unknown;
  readonly statistics: Statistics;
  readonly windows: number;
}

/** Makes the output of `train`, which gathers sequences in windows if they are packed, shuffled, or written as shards. */
export function trainingConsumer(names: ManifestCounts): OpenConsumer {
  return async (settings, io, earlier): Promise<Consumer> => {
    const state = earlier as State | undefined;
    const sink =
      settings.text("format") === "shards"
        ? await shardSink(settings, io, state?.sink as ShardState | undefined)
        : await textSink(settings, io, state?.sink as number | undefined);
    const statistics = structuredClone(state?.statistics ?? noStatistics());
    const options = { pack: settings.number("pack"), seed: settings.number("seed") };
    const window = new Window(options, state?.windows ?? 0);
    const flush = async (): Promise<void> => {
      const sequences = window.take();
      for (const { tokens, mask, lengths } of sequences) {
        addTo(statistics, tokens.length, learnedIn(mask), lengths.length);
      }
      await sink.write(sequences);
    };
    return {
      async accept({ output, sequences, written }) {
        if (sequences !== undefined && window.add(sequences)) await flush();
        if (written === undefined) return;
        for (const [index, length] of written.lengths.entries()) addTo(statistics, length, written.learned[index]!, 1);
        await sink.write(output);
      },
      state: () =>
        window.isEmpty
          ? ({ sink: sink.state(), statistics: structuredClone(statistics), windows: window.count } satisfies State)
          : undefined,
      async finish(totals, inputs) {
        if (!window.isEmpty) await flush();
        await sink.finish((outputs) => manifestText(settings, totals, inputs, statistics, names, outputs));
      },
      abandon: (keep) => sink.abandon(keep),
    };
  };
}

/** Writes lines of JSON, and a manifest beside them. */
async function textSink(settings: Settings, io: Io, state: number | undefined): Promise<Sink> {
  const output = settings.text("output");
  const target = output === undefined || output === "-" ? undefined : await targetOf(output);
  const destination = await openDestination(output, io, state);
  const manifest = settings.text("manifest") ?? (target === undefined ? undefined : `${output}.manifest.json`);
  // Only the manifest says it.
  const hash = manifest === undefined ? undefined : createHash("sha256");
  if (hash !== undefined && target !== undefined && state !== undefined && state > 0) {
    try {
      for await (const chunk of createReadStream(partialName(target), { end: state - 1 }))
        hash.update(chunk as Uint8Array);
    } catch (error) {
      throw fileError(error, partialName(target), "read");
    }
  }
  const lines = new SequenceLines();
  const gathered = new OutputBytes();
  const write = async (bytes: Uint8Array): Promise<void> => {
    hash?.update(bytes);
    await destination.write(bytes);
  };
  return {
    async write(written) {
      if (written instanceof Uint8Array) {
        await write(written);
        return;
      }
      for (const sequence of written) {
        gathered.add(lines.line(sequence));
        if (gathered.length >= BLOCK) await write(gathered.take());
      }
      if (gathered.length > 0) await write(gathered.take());
    },
    state: () => destination.length,
    async finish(describe) {
      await destination.finish();
      if (manifest === undefined || hash === undefined) return;
      const described = describe({ output: { bytes: destination.length, sha256: hash.digest("hex") } });
      await writeFile(manifest, described, io);
    },
    abandon: (keep) => destination.abandon(keep),
  };
}

/** Writes a folder of shards, with the manifest in it. */
async function shardSink(settings: Settings, io: Io, state: ShardState | undefined): Promise<Sink> {
  const isPacked = settings.number("pack") !== undefined;
  const folder = settings.text("output")!.replace(/(?<=.)\/+$/, "");
  const shards = await ShardFolder.open(folder, isPacked, settings.number("shard-tokens")!, state);
  return {
    async write(sequences) {
      if (!(sequences instanceof Uint8Array)) await shards.add(sequences);
    },
    state: () => shards.state(),
    async finish(describe) {
      const withShards = (done: readonly Shard[]): string => describe({ shards: done });
      let text = "";
      await shards.finish((done) => {
        text = withShards(done);
        return text;
      });
      const manifest = settings.text("manifest");
      if (manifest !== undefined) await writeFile(manifest, text, io);
    },
    abandon: (keep) => shards.abandon(keep),
  };
}

async function writeFile(name: string, text: string, io: Io): Promise<void> {
  const file = await openDestination(name, io);
  await file.write(new TextEncoder().encode(text));
  await file.finish();
}
