// The entry point for streams.
import { HarmonyTextParser, loadHarmonyEncoding, StreamableParser } from "harmony-format";
import { HarmonyEventStream, parseStream } from "harmony-format/stream";

export async function answerOf(chunks: AsyncIterable<string>, signal: AbortSignal): Promise<string> {
  let answer = "";
  for await (const event of parseStream(new HarmonyTextParser("assistant"), chunks, { signal })) {
    if (event.type === "delta" && event.channel === "final") answer += event.text;
  }
  return answer;
}

const parser = new StreamableParser(loadHarmonyEncoding(), "assistant", { mode: "resilient" });
export const events: TransformStream<number[]> = new HarmonyEventStream<number[]>(parser);
