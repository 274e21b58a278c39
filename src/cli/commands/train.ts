import { loadHarmonyEncoding, type RenderedMessageSpans, type RenderForTrainingOptions } from "../../index.js";
import { UsageError } from "../failures.js";
import type { Run, Settings } from "../io.js";
import { trainingConsumer } from "../training/consumer.js";
import { SequenceLines } from "../training/sequence-line.js";
import { cutBetweenMessages } from "../training/split.js";
import { learnedIn } from "../training/statistics.js";
import { type Handler, RecordError, type Results } from "../work/handler.js";
import { runRecords } from "../work/run-records.js";

export const run: Run = async (invocation) => {
  const { settings, files } = invocation;
  const output = settings.text("output");
  const isShards = settings.text("format") === "shards";
  const pack = settings.number("pack");
  const most = settings.number("max-tokens");
  if (isShards && (output === undefined || output === "-")) {
    throw new UsageError("--format shards needs --output FOLDER, which it makes");
  }
  if (pack !== undefined && most !== undefined && most > pack) {
    throw new UsageError(`--max-tokens ${most} is more than --pack ${pack}; a sequence that long would fit nowhere`);
  }
  if (settings.text("overflow") !== "drop" && most === undefined && pack === undefined) {
    throw new UsageError("--overflow needs --max-tokens or --pack");
  }
  const decided = pack !== undefined && most === undefined ? settings.with("max-tokens", pack) : settings;
  return await runRecords(
    { ...invocation, settings: decided, files },
    {
      handler: createHandler(decided),
      accepted: ["json", "jsonl"],
      noun: ["conversation", "conversations"],
      openConsumer: trainingConsumer(NAMES),
      isFolder: isShards,
      isHashed: isShards || (output !== undefined && output !== "-") || settings.text("manifest") !== undefined,
      isSteady: isWindowed(decided),
    },
  );
};

/** Whether sequences are gathered in windows before they are written. */
function isWindowed(settings: Settings): boolean {
  return (
    settings.text("format") === "shards" ||
    settings.number("pack") !== undefined ||
    settings.number("seed") !== undefined
  );
}

export function createHandler(settings: Settings): Handler {
  const encoding = loadHarmonyEncoding();
  const options: RenderForTrainingOptions = {
    keepAnalysis: settings.text<"all">("analysis"),
    recipientPlace: settings.text<"role">("recipient-place"),
    trainOn: settings.text<"all-turns">("train-on"),
    pastAnswersEndWith: settings.text<"end">("past-answers-end-with"),
    continueAfterCall: settings.flag("continue-after-call"),
  };
  const most = settings.number("max-tokens") ?? Number.POSITIVE_INFINITY;
  const overflow = settings.text("overflow");
  const isGathered = isWindowed(settings);
  const lines = new SequenceLines();
  return {
    handle({ text }, results) {
      const { tokens, mask, spans } = encoding.renderForTraining(text, options);
      if (tokens.length <= most) put(results, tokens, mask);
      else if (overflow === "split") split(results, tokens, mask, spans);
      else if (overflow === "drop") {
        results.count(NAMES.dropped, 1);
        results.count(NAMES.droppedTokens, tokens.length);
      } else throw new RecordError("too-long", `has ${tokens.length} tokens, more than --max-tokens ${most}`);
    },
  };

  function put(results: Results, tokens: Uint32Array, mask: Uint8Array): void {
    results.count("tokens", tokens.length);
    if (isGathered) {
      results.addSequence(tokens, mask);
    } else {
      results.noteSequence(tokens.length, learnedIn(mask));
      results.write(lines.line({ tokens, mask }));
    }
  }

  function split(
    results: Results,
    tokens: Uint32Array,
    mask: Uint8Array,
    spans: readonly RenderedMessageSpans[],
  ): void {
    results.count(NAMES.split, 1);
    for (const [start, end] of cutBetweenMessages(spans, most)) {
      put(results, tokens.subarray(start, end), mask.subarray(start, end));
    }
  }
}

/** How the counts of what did not fit are called in the summary. */
const NAMES = { dropped: "too long and dropped", droppedTokens: "tokens in them", split: "split" } as const;
