import type { ParseMode } from "harmony-format";
import type { Reading, ReadMessage } from "../worker/answers.js";

interface ComparisonProps {
  readonly readings: readonly Reading[];
  readonly onToken: (token: number) => void;
}

const ABOUT: Readonly<Record<ParseMode, string>> = {
  strict: "The reference's own reading. It throws where the format ends.",
  permissive: "The reference's lenient reading: headers are forgiven a little.",
  resilient: "Nothing throws; every departure is a diagnostic.",
};
const MOST_SHOWN = 30;

/** What each mode makes of the whole completion, with what differs from the resilient mode marked. */
export function Comparison({ readings, onToken }: ComparisonProps) {
  if (readings.length === 1) {
    return (
      <section class="panel comparison" aria-labelledby="comparison-title">
        <h2 id="comparison-title">Side by side</h2>
        <p class="placeholder">
          Strict and permissive read tokens, or text with its markers. Without either, only the resilient mode can read.
        </p>
      </section>
    );
  }
  const resilient = readings.find(({ mode }) => mode === "resilient");
  return (
    <section class="panel comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">Side by side</h2>
      <div class="modes">
        {(["strict", "permissive", "resilient"] as const).map((mode) => {
          const reading = readings.find((one) => one.mode === mode);
          if (reading === undefined) return null;
          const { messages, error, diagnostics } = reading;
          const whole = messages.filter(({ ending }) => ending !== undefined);
          return (
            <section key={mode} class="mode" aria-label={mode}>
              <h3>{mode}</h3>
              <p class="mode-about">{ABOUT[mode]}</p>
              {whole.length === 0 && error === undefined && <p class="placeholder">No message.</p>}
              {whole.slice(0, MOST_SHOWN).map((message, index) => {
                const isSame = sameMessage(message, resilient?.messages[index]);
                return (
                  <div key={index} class={`mode-message role-${message.role}${isSame ? "" : " is-different"}`}>
                    <p class="mode-header">
                      {[message.name ?? message.role, message.channel, message.recipient && `to ${message.recipient}`]
                        .filter(Boolean)
                        .join(" · ")}
                      {!isSame && <span class="differs">differs</span>}
                    </p>
                    <p class="read-text">{message.text.slice(0, 400)}</p>
                  </div>
                );
              })}
              {whole.length > MOST_SHOWN && <p class="placeholder">and {whole.length - MOST_SHOWN} more</p>}
              {error !== undefined && (
                <div class="problem is-error">
                  <p>
                    <code>{error.code}</code> {error.message}
                  </p>
                  <button type="button" class="plain" onClick={() => onToken(error.token)}>
                    Token {error.token}
                  </button>
                </div>
              )}
              {diagnostics.length > 0 && (
                <p class="mode-about">
                  {diagnostics.length} {diagnostics.length === 1 ? "diagnostic" : "diagnostics"}
                </p>
              )}
            </section>
          );
        })}
      </div>
    </section>
  );
}

function sameMessage(a: ReadMessage, b: ReadMessage | undefined): boolean {
  if (b === undefined) return false;
  const fields = ["role", "name", "channel", "recipient", "content_type", "text"] as const;
  return fields.every((field) => a[field] === b[field]);
}
