// A model for transformers.js that needs no weights: its next token follows by arithmetic from all tokens before it, those
// in the cache included, so a token that is lost, doubled or read from the wrong cache changes all that follows.
import { mkdirSync, writeFileSync } from "node:fs";

const VOCABULARY = 201_088;
const MODULUS = 1009;

/** What the model can write: words, and now and then the end of a turn. */
const TABLE: readonly number[] = Array.from({ length: 97 }, (_, index) =>
  index % 32 === 31 ? [200002, 200012, 199999][(index >> 5) % 3]! : 1000 + index * 37,
);

/** The token that the model writes behind these. */
export function nextToken(tokens: readonly number[]): number {
  const sum = tokens.reduce((total, token) => total + (token % MODULUS), tokens.length);
  return TABLE[sum % TABLE.length]!;
}

/** Writes the model into a folder, as `from_pretrained` finds it there. */
export function writeModel(folder: string, contextSize: number): void {
  const config = {
    architectures: ["GptOssForCausalLM"],
    model_type: "gpt_oss",
    vocab_size: VOCABULARY,
    hidden_size: 1,
    head_dim: 1,
    num_attention_heads: 1,
    num_key_value_heads: 1,
    num_hidden_layers: 1,
    max_position_embeddings: contextSize,
    eos_token_id: 5,
  };
  mkdirSync(`${folder}/onnx`, { recursive: true });
  writeFileSync(`${folder}/config.json`, JSON.stringify(config));
  writeFileSync(`${folder}/onnx/model.onnx`, model());
}

const FLOAT = 1;
const INT64 = 7;

function model(): Uint8Array {
  const cache = ["batch", 1, "past", 1] as const;
  const grown = ["batch", 1, "all", 1] as const;
  const nodes = [
    node("Mod", ["input_ids", "modulus"], "small"),
    node("Cast", ["small"], "small_float", { to: FLOAT }),
    node("Unsqueeze", ["small_float", "axes_of_head"], "new"),
    node("Concat", ["past_key_values.0.key", "new"], "present.0.key", { axis: 2 }),
    node("Concat", ["past_key_values.0.value", "new"], "present.0.value", { axis: 2 }),
    node("ReduceSum", ["present.0.value", "all_axes"], "sum_float", { keepdims: 0 }),
    node("Cast", ["sum_float"], "sum", { to: INT64 }),
    // The mask must be as long as all tokens: otherwise the sum is another.
    node("ReduceSum", ["attention_mask", "mask_axis"], "length", { keepdims: 0 }),
    node("Add", ["sum", "length"], "total"),
    node("Mod", ["total", "table_length"], "place"),
    node("Gather", ["table", "place"], "next"),
    node("OneHot", ["next", "depth", "off_on"], "one_hot"),
    node("Unsqueeze", ["one_hot", "axis_of_sequence"], "logits"),
  ];
  const constants = [
    ints("modulus", [MODULUS]),
    ints("axes_of_head", [1, 3]),
    ints("all_axes", [1, 2, 3]),
    ints("mask_axis", [1]),
    ints("table", TABLE),
    ints("table_length", [TABLE.length]),
    ints("depth", [VOCABULARY]),
    floats("off_on", [0, 40]),
    ints("axis_of_sequence", [1]),
  ];
  const inputs = [
    value("input_ids", INT64, ["batch", "sequence"]),
    value("attention_mask", INT64, ["batch", "all"]),
    value("past_key_values.0.key", FLOAT, cache),
    value("past_key_values.0.value", FLOAT, cache),
  ];
  const outputs = [
    value("logits", FLOAT, ["batch", 1, VOCABULARY]),
    value("present.0.key", FLOAT, grown),
    value("present.0.value", FLOAT, grown),
  ];
  const graph = message([
    ...nodes.map((each) => bytes(1, each)),
    text(2, "tiny"),
    ...constants.map((each) => bytes(5, each)),
    ...inputs.map((each) => bytes(11, each)),
    ...outputs.map((each) => bytes(12, each)),
  ]);
  return message([integer(1, 8), bytes(7, graph), bytes(8, message([text(1, ""), integer(2, 13)]))]);
}

// The fields of ONNX (onnx/onnx.proto3), in the wire format of Protocol Buffers.

function node(type: string, inputs: readonly string[], output: string, attributes: Record<string, number> = {}) {
  const written = Object.entries(attributes).map(([name, number]) =>
    bytes(5, message([text(1, name), integer(3, number), integer(20, 2)])),
  );
  return message([...inputs.map((input) => text(1, input)), text(2, output), text(4, type), ...written]);
}

function ints(name: string, values: readonly number[]): Uint8Array {
  return tensor(name, INT64, values.length, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
}

function floats(name: string, values: readonly number[]): Uint8Array {
  return tensor(name, FLOAT, values.length, new Uint8Array(Float32Array.from(values).buffer));
}

/** A list; one of a single number is a scalar where an operator wants one. */
function tensor(name: string, type: number, length: number, data: Uint8Array): Uint8Array {
  return message([integer(1, length), integer(2, type), text(8, name), bytes(9, data)]);
}

function value(name: string, type: number, shape: readonly (string | number)[]): Uint8Array {
  const dimensions = shape.map((size) =>
    bytes(1, message([typeof size === "number" ? integer(1, size) : text(2, size)])),
  );
  const tensorType = message([integer(1, type), bytes(2, message(dimensions))]);
  return message([text(1, name), bytes(2, message([bytes(1, tensorType)]))]);
}

function integer(field: number, number: number): number[] {
  return [...varint(field << 3), ...varint(number)];
}

function text(field: number, string: string): number[] {
  return bytes(field, new TextEncoder().encode(string));
}

function bytes(field: number, content: Uint8Array): number[] {
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
}

function varint(number: number): number[] {
  const written: number[] = [];
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) written.push((rest % 128) | 128);
  return [...written, rest];
}

function message(fields: readonly number[][]): Uint8Array {
  return Uint8Array.from(fields.flat());
}
