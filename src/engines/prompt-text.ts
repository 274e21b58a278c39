import { neutralizeMarkers } from "../render/neutralize-markers.js";
import type { EngineRequest } from "./engine.js";
import { EngineError } from "./engine-error.js";

/**
 * A prompt as text, for an engine that takes no ids: markers only where there are special tokens. Text that spells a marker
 * gets a zero-width space behind its `<`, since the engine would take it for the control token.
 *
 * @param engine What an error calls the engine.
 * @throws EngineError for a prompt without tokens.
 */
export function promptText({ tokens, encoding }: EngineRequest, engine: string): string {
  if (tokens.length === 0) throw new EngineError("refused", "the prompt holds no tokens", { engine });
  let text = "";
  let start = 0;
  for (let index = 0; index <= tokens.length; index++) {
    const token = tokens[index];
    if (token !== undefined && !encoding.isSpecialToken(token)) continue;
    text += neutralizeMarkers(encoding.decode(tokens.slice(start, index)));
    if (token !== undefined) text += encoding.decode([token]);
    start = index + 1;
  }
  return text;
}
