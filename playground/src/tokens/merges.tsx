import { useEffect, useState } from "preact/hooks";
import { FIRST_SPECIAL, type MergeStep } from "../worker/answers.js";
import { ask } from "../worker/ask.js";

/** How a token is merged from its bytes, a merge in each row. */
export function Merges({ token }: { readonly token: number }) {
  const [known, setKnown] = useState<{ readonly token: number; readonly steps: readonly MergeStep[] }>();
  useEffect(() => {
    let isCurrent = true;
    void ask({ type: "merges", token }).then(({ steps }) => {
      if (isCurrent) setKnown({ token, steps });
    });
    return () => {
      isCurrent = false;
    };
  }, [token]);
  if (known === undefined) return null;
  const { steps } = known;
  if (steps.length < 2) return <p class="note">{withoutMerges(known.token, steps)}</p>;
  return (
    <ol class="merges" aria-label="Merges, from the bytes to the token">
      {steps.map(({ pieces, at, token: rank }, index) => (
        <li key={index}>
          <span class="merge-pieces">
            {pieces.map((piece, place) => (
              <span key={place} class={place === at ? "merge-piece is-merged" : "merge-piece"}>
                {piece}
              </span>
            ))}
          </span>
          <span class="merge-rank">{at < 0 ? "bytes" : `rank ${rank}`}</span>
        </li>
      ))}
    </ol>
  );
}

function withoutMerges(token: number, steps: readonly MergeStep[]): string {
  if (steps.length === 1) return "A single byte: nothing is merged.";
  return token >= FIRST_SPECIAL
    ? "A special token is matched as a whole: nothing is merged."
    : "The vocabulary has no such token.";
}
