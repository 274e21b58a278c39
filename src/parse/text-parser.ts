import type { Role } from "../chat/role.js";
import type { HarmonyEvent } from "./event.js";
import { DroppedMarkers } from "./input/dropped-markers.js";
import { MarkerScanner, type ScannedText } from "./input/marker-scanner.js";
import { TextReader } from "./input/text-reader.js";
import { Machine } from "./machine/machine.js";
import { MessageParser } from "./message-parser.js";
import { checkTextOptions, settingsOf, type TextParseOptions } from "./options.js";
import { RESILIENT } from "./resilient/grammar.js";

/**
 * Parses a completion that a server gives as text with the markers (`<|channel|>final<|message|>…`), in chunks cut
 * anywhere. It needs no vocabulary, is always resilient, and is otherwise a `StreamableParser`: the same state machine,
 * messages, diagnostics and events. Ranges count UTF-16 units of all text fed.
 *
 * Its limit: a marker that the model wrote as ordinary text cannot be told from a control token, as it can in tokens.
 */
export class HarmonyTextParser extends MessageParser<string> {
  readonly #options: TextParseOptions;
  #scanner: MarkerScanner = new MarkerScanner();
  #dropped: DroppedMarkers | undefined;

  /**
   * @param role The role whose header the prompt has already begun (`<|start|>assistant`); `undefined` or `null` for
   *   text that begins with a start marker.
   * @throws TypeError for an unknown role or option.
   */
  constructor(role?: Role | null, options: TextParseOptions = {}) {
    checkTextOptions(options);
    const settings = settingsOf(role, options);
    super(() => new Machine(RESILIENT, new TextReader(), settings));
    this.#options = options;
    this.#dropped = droppedMarkers(options);
  }

  /**
   * Processes a chunk of text, cut anywhere; never throws on what a model wrote.
   * @throws TypeError for anything but a string.
   */
  process(text: string): this {
    if (typeof text !== "string")
      throw new TypeError(`text must be a string, not ${text === null ? "null" : typeof text}`);
    const pieces = this.#scanner.push(text);
    this.#feed(this.#dropped?.push(pieces) ?? pieces);
    return this;
  }

  /**
   * Processes a chunk of text, and tells what came of it.
   * @throws TypeError for anything but a string.
   */
  push(text: string): HarmonyEvent[] {
    this.machine.listen();
    this.process(text);
    return this.machine.takeEvents();
  }

  override processEos(): this {
    const pieces = this.#scanner.finish();
    this.#feed(this.#dropped?.push(pieces) ?? pieces);
    this.#feed(this.#dropped?.finish() ?? []);
    return super.processEos();
  }

  override reset(): void {
    super.reset();
    this.#scanner = new MarkerScanner();
    this.#dropped = droppedMarkers(this.#options);
  }

  #feed(pieces: readonly ScannedText[]): void {
    for (const { mark, text, width } of pieces) this.machine.feed(mark, text, width);
  }
}

function droppedMarkers({ markersDropped, prefill }: TextParseOptions): DroppedMarkers | undefined {
  return markersDropped === true ? new DroppedMarkers(prefill !== undefined) : undefined;
}
