// Compares all that can be reached from the global object before the package is loaded with the same after its use.

function snapshot() {
  const seen = new Map();
  const waiting = [["globalThis", globalThis]];
  // The list grows while the loop runs: breadth first keeps the paths short.
  for (const [path, object] of waiting) {
    if (seen.has(object)) continue;
    const properties = Reflect.ownKeys(object).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key)]);
    seen.set(object, { path, prototype: Object.getPrototypeOf(object), properties });
    for (const [key, { value, get, set }] of properties) {
      for (const next of [value, get, set]) {
        const reachable = (typeof next === "object" && next !== null) || typeof next === "function";
        if (reachable) waiting.push([`${path}.${String(key)}`, next]);
      }
    }
    if (Object.getPrototypeOf(object) !== null) waiting.push([`${path}.[[Prototype]]`, Object.getPrototypeOf(object)]);
  }
  return seen;
}

function differences(before) {
  const changed = [];
  for (const [object, { path, prototype, properties }] of before) {
    if (Object.getPrototypeOf(object) !== prototype) changed.push(`${path}: prototype`);
    const keys = Reflect.ownKeys(object);
    if (keys.length !== properties.length) changed.push(`${path}: ${keys.length} properties, not ${properties.length}`);
    for (const [key, was] of properties) {
      const is = Reflect.getOwnPropertyDescriptor(object, key);
      const same = is !== undefined && Object.keys(was).every((field) => Object.is(was[field], is[field]));
      if (!same) changed.push(`${path}.${String(key)}`);
    }
  }
  return changed;
}

// Node replaces some global getters with their value on first use: let that happen before the comparison.
for (const key of Reflect.ownKeys(globalThis)) void globalThis[key];
const before = snapshot();
const { HarmonyError, loadHarmonyEncoding, StreamableParser } = await import("harmony-format");
const { parseStream } = await import("harmony-format/stream");
const { HarmonyTextParser } = await import("harmony-format/text");
const encoding = loadHarmonyEncoding();
const tokens = encoding.renderConversation({ messages: [{ role: "user", content: "Hi" }] });
for await (const event of parseStream(new StreamableParser(encoding), tokens)) if (event.type === "end") break;
new HarmonyTextParser().push("<|start|>assistant<|message|>Hi<|end|>");
try {
  encoding.renderConversation({});
} catch (error) {
  if (!(error instanceof HarmonyError)) throw error;
}
process.stdout.write(JSON.stringify({ objects: before.size, changed: differences(before) }));
