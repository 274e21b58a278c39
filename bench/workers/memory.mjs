/**
 * Encodes strings read one at a time, keeps nothing, and prints what memory the process holds: `resident`, at the end,
 * and `peak`. Nobody asks for a garbage collection.
 *
 *   node bench/workers/memory.mjs file-of-strings [module-of-the-adapter]
 */
import { closeSync, openSync, readSync } from "node:fs";

const [file, module] = process.argv.slice(2);
const adapter = module === undefined ? undefined : await (await import(module)).load();
let sink = 0;

/** The file holds, for each string, the length of its UTF-8 in four bytes, and the UTF-8. */
const descriptor = openSync(file, "r");
const length = Buffer.alloc(4);
const buffer = Buffer.alloc(1 << 20);
while (readSync(descriptor, length) === 4) {
  const text = buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, length.readUInt32LE(), null));
  sink += adapter === undefined ? text.length : adapter.encode(text).length;
}
closeSync(descriptor);
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ resident: process.memoryUsage.rss(), peak: maxRSS * 1024, sink }));
