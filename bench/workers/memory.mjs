/**
 * Encodes strings read one at a time, keeps nothing, and prints how much memory the process holds: `resident` at the
 * end, and `peak`, both in bytes. No garbage collection is asked for.
 *
 *   node bench/workers/memory.mjs file-of-strings module-of-the-adapter    encodes
 *   node bench/workers/memory.mjs file-of-strings                          only reads the strings
 *   node bench/workers/memory.mjs                                          does nothing
 */
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";

const [file, module] = process.argv.slice(2);
const adapter = module === undefined ? undefined : await (await import(module)).load();
let sink = 0;
if (file !== undefined) readStrings();
console.log(JSON.stringify({ resident: process.memoryUsage.rss(), peak: peak(), sink }));

/** For each string, the file holds the length of its UTF-8 in four bytes, then the UTF-8. */
function readStrings() {
  const descriptor = openSync(file, "r");
  const length = Buffer.alloc(4);
  const buffer = Buffer.alloc(1 << 20);
  while (readSync(descriptor, length) === 4) {
    const text = buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, length.readUInt32LE(), null));
    sink += adapter === undefined ? text.length : adapter.encode(text).length;
  }
  closeSync(descriptor);
}

/** Linux counts the parent's memory into the `maxRSS` of a child, but not into its `VmHWM`. */
function peak() {
  const status = "/proc/self/status";
  if (!existsSync(status)) return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(status, "utf8"))[1]) * 1024;
}
