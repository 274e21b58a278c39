import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { fileError } from "../failures.js";
import type { Io, Settings } from "../io.js";
import { openDestination, partialName, targetOf } from "../output/destination.js";
import type { Consumer, OpenConsumer } from "../work/consumer.js";
import { type ManifestCounts, manifestText } from "./manifest.js";
import { type Shard, ShardFolder, type ShardState } from "./shards.js";
import { addTo, noStatistics, type Statistics } from "./statistics.js";
import { type PackedSequence, Window } from "./window.js";

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
export function trainingConsumer(isWindowed: boolean, names: ManifestCounts): OpenConsumer {
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
      for (const sequence of sequences) addTo(statistics, sequence);
      await sink.write(sequences);
    };
    return {
      async accept({ output, sequences }) {
        if (sequences === undefined) return;
        if (isWindowed) {
          if (window.add(sequences)) await flush();
          return;
        }
        let start = 0;
        for (const length of sequences.lengths) {
          const end = start + length;
          const [tokens, mask] = [sequences.tokens.subarray(start, end), sequences.mask.subarray(start, end)];
          addTo(statistics, { tokens, mask, lengths: [length] });
          start = end;
        }
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
  const hash = createHash("sha256");
  if (target !== undefined && state !== undefined && state > 0) {
    try {
      for await (const chunk of createReadStream(partialName(target), { end: state - 1 }))
        hash.update(chunk as Uint8Array);
    } catch (error) {
      throw fileError(error, partialName(target), "read");
    }
  }
  const manifest = settings.text("manifest") ?? (target === undefined ? undefined : `${output}.manifest.json`);
  return {
    async write(written) {
      const bytes = written instanceof Uint8Array ? written : new TextEncoder().encode(written.map(lineOf).join(""));
      hash.update(bytes);
      await destination.write(bytes);
    },
    state: () => destination.length,
    async finish(describe) {
      await destination.finish();
      if (manifest === undefined) return;
      const described = describe({ output: { bytes: destination.length, sha256: hash.digest("hex") } });
      await writeFile(manifest, described, io);
    },
    abandon: (keep) => destination.abandon(keep),
  };
}

/** A sequence as a line of JSON. */
function lineOf({ tokens, mask, lengths }: PackedSequence): string {
  return `{"tokens":[${tokens.join(",")}],"mask":[${mask.join(",")}],"lengths":[${lengths.join(",")}]}\n`;
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
