import type { Reading } from "../worker/answers.js";

interface DiagnosticListProps {
  readonly reading: Reading;
  readonly step: number;
  /** The reader wants to see the token. */
  readonly onToken: (token: number) => void;
}

const MOST_SHOWN = 100;

/** Where the completion departs from the format, each with a way to its tokens. */
export function DiagnosticList({ reading, step, onToken }: DiagnosticListProps) {
  const known = reading.diagnostics.filter((diagnostic) => diagnostic.step <= step);
  if (known.length === 0) return null;
  return (
    <section class="diagnostics" aria-labelledby="diagnostics-title">
      <h3 id="diagnostics-title">Diagnostics</h3>
      <ul>
        {known.slice(0, MOST_SHOWN).map(({ code, message, action, start, end }, index) => (
          <li key={index}>
            <div>
              <code>{code}</code>
              <span class="action">{action}</span>
            </div>
            <p>{message}</p>
            <button type="button" class="plain" onClick={() => onToken(start)}>
              {end - start > 1 ? `Tokens ${start}–${end - 1}` : `Token ${start}`}
            </button>
          </li>
        ))}
      </ul>
      {known.length > MOST_SHOWN && <p class="placeholder">and {known.length - MOST_SHOWN} more</p>}
    </section>
  );
}
