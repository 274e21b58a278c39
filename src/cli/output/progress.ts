import type { Io } from "../io.js";

/** How long nothing is shown, and how often it is drawn again, in milliseconds. */
const PATIENCE = 1000;
const INTERVAL = 100;

/** A bar on a terminal: how much of the input has been read, how fast, and how long the rest will take. */
export class Progress {
  readonly #io: Io;
  readonly #isShown: boolean;
  readonly #start = performance.now();
  #drawn = 0;
  #isDrawn = false;

  constructor(io: Io, isQuiet: boolean) {
    this.#io = io;
    this.#isShown = io.stderr.isTerminal && !isQuiet;
  }

  /**
   * @param read How many bytes have been read.
   * @param size How many there are; `undefined` if nobody knows.
   */
  async update(read: number, size: number | undefined, records: number): Promise<void> {
    const now = performance.now();
    if (!this.#isShown || now - this.#start < PATIENCE || now - this.#drawn < INTERVAL) return;
    this.#drawn = now;
    this.#isDrawn = true;
    const line = progressLine(read, size, records, (now - this.#start) / 1000, this.#io.stderr.columns - 1);
    await this.#io.stderr.write(`\r\u001b[K${line}`);
  }

  /** Takes the bar away, so that something else can be written. */
  async clear(): Promise<void> {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    await this.#io.stderr.write("\r\u001b[K");
  }
}

/** @param seconds How long it has taken so far. */
export function progressLine(
  read: number,
  size: number | undefined,
  records: number,
  seconds: number,
  columns: number,
): string {
  const rate = read / seconds;
  const done = `${records.toLocaleString("en-US")} records, ${megabytes(rate)}/s`;
  if (size === undefined || size === 0) return `${megabytes(read)}, ${done}`.slice(0, columns);
  const share = Math.min(1, read / size);
  const left = rate === 0 ? "" : `, ${duration((size - read) / rate)} left`;
  const text = `${String(Math.floor(100 * share)).padStart(3)}%  ${done}${left}`;
  const width = Math.min(30, columns - text.length - 3);
  if (width < 5) return text.slice(0, columns);
  const filled = Math.floor(share * width);
  return `[${"=".repeat(filled)}${" ".repeat(width - filled)}] ${text}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** A time as people say it: `1:02:03`, `2:03`, `3 s`. */
function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (number: number): string => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
