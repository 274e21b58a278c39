import { OURS } from "../contenders.mjs";
import { inputFile } from "../inputs/build.mjs";
import { tokensIn } from "../inputs/sizes.mjs";
import { measureRow } from "../measure.mjs";

/** The answers of other formats that are written, by name; the first is what the others are compared with. */
const SHAPES = ["parser alone", "Chat Completions", "Responses"];

/** What it costs to write a completion in the shape of another format as it arrives, beyond parsing it. */
export async function shapes(context) {
  const ours = context.crew.contenders.find(({ name }) => name === OURS);
  const contenders = SHAPES.map((shape) => ({ ...ours, name: shape, shape }));
  return {
    name: "shapes",
    title: "Streaming in other formats: resilient parser, and what writes its events",
    unit: "ns a token",
    better: "lower",
    baseline: SHAPES[0],
    rows: await rowsOf(context, contenders),
  };
}

/** Both builds of a comparison, in the format that most programs ask for. */
export async function shapesBuilds(context) {
  const contenders = context.crew.whoCan("shape").map((contender) => ({ ...contender, shape: "Chat Completions" }));
  return {
    name: "shapes",
    title: "Streaming as Chat Completions",
    unit: "ns a token",
    better: "lower",
    rows: await rowsOf(context, contenders),
  };
}

async function rowsOf(context, contenders) {
  const rows = [];
  for (const [input, file] of [
    ["40 completions", "completions"],
    ["40 completions in many languages", "completions in many languages"],
    ["one message of 20,000 tokens", "long completion"],
  ]) {
    context.log(`shapes: ${input}`);
    const tokens = tokensIn(file, context.limit);
    const row = await measureRow({
      ...context,
      input,
      contenders,
      question: ({ shape }) => ({ of: "shape", file: inputFile(file), limit: context.limit, shape }),
      value: (milliseconds) => (milliseconds * 1e6) / tokens,
    });
    rows.push(row);
  }
  return rows;
}
