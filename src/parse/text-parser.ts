import type { Role } from "../chat/role.js";
import { checkString } from "../options.js";
import type { HarmonyEvent } from "./event.js";
import { type FinishOptions, finishOf } from "./finish.js";
import { DroppedMarkers } from "./input/dropped-markers.js";
import { MarkerScanner, type ScannedText } from "./input/marker-scanner.js";
import { TextReader } from "./input/reader.js";
import { Machine } from "./machine/machine.js";
import { MessageParser } from "./message-parser.js";
import { checkTextOptions, settingsOf, type TextParseOptions } from "./options.js";
import { RESILIENT } from "./resilient/grammar.js";

/** UTF-16 units that are scanned at a time: a held-back beginning and a longer chunk might exceed what a string holds. */
const LONGEST_CHUNK = 2 ** 24;

/**
 * Parses a completion that a server gives as text with the markers (`<|channel|>final<|message|>…`), in chunks cut
 * anywhere. It needs no vocabulary and is always resilient. Otherwise it is a `StreamableParser`: the same state machine,
 * messages, diagnostics and events. Spans count UTF-16 units of all text fed.
 *
 * Its limit: a marker that the model wrote in ordinary tokens cannot be told from a control token, as it can in tokens.
 */
export class HarmonyTextParser extends MessageParser<string> {
  readonly #options: TextParseOptions;
  #scanner: MarkerScanner = new MarkerScanner();
  #dropped: DroppedMarkers | undefined;

  /**
   * @param role The role whose header the prompt has already begun (`<|start|>assistant`); `undefined` or `null` for
   *   text that begins with a start marker.
   * @throws HarmonyError `unknown-role`.
   * @throws TypeError for an unknown option or a value of the wrong type.
   * @throws RangeError for a `maxMessageLength` out of range.
   */
  constructor(role?: Role | null, options: TextParseOptions = {}) {
    checkTextOptions(options);
    const settings = settingsOf(role, options);
    super(() => new Machine(RESILIENT, new TextReader(), settings));
    this.#options = options;
    this.#dropped = droppedMarkers(options);
  }

  /**
   * Processes a chunk of text, cut anywhere; never throws because of what a model wrote.
   * @throws TypeError for anything but a string.
   */
  process(text: string): this {
    checkString(text, "text");
    for (let start = 0; start < text.length; start += LONGEST_CHUNK) {
      this.#feed(this.#scanner.push(text.slice(start, start + LONGEST_CHUNK)));
    }
    return this;
  }

  /**
   * Processes a chunk of text, and returns what came of it.
   * @throws TypeError for anything but a string.
   */
  push(text: string): HarmonyEvent[] {
    checkString(text, "text");
    this.machine.listen();
    this.process(text);
    return this.machine.takeEvents();
  }

  override processEos(options?: FinishOptions): this {
    const finish = finishOf(options);
    this.#feed(this.#scanner.finish());
    for (const stretch of this.#dropped?.finish(finish) ?? []) this.#feedStretch(stretch);
    return super.processEos(options);
  }

  override reset(): void {
    super.reset();
    this.#scanner = new MarkerScanner();
    this.#dropped = droppedMarkers(this.#options);
  }

  #feed(stretches: readonly ScannedText[]): void {
    for (const stretch of this.#dropped?.push(stretches) ?? stretches) this.#feedStretch(stretch);
  }

  #feedStretch({ mark, text, width }: ScannedText): void {
    this.machine.feed(mark, text, width);
  }
}

function droppedMarkers({ markersDropped, prefill }: TextParseOptions): DroppedMarkers | undefined {
  return markersDropped === true ? new DroppedMarkers(prefill !== undefined) : undefined;
}
