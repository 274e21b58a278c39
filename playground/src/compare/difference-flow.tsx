import { useEffect, useRef, useState } from "preact/hooks";
import { Inspector } from "../tokens/inspector.js";
import { showToken } from "../tokens/show-token.js";
import { TokenFlow } from "../tokens/token-flow.js";
import { usePointing } from "../tokens/use-pointing.js";
import type { Difference } from "../worker/answers.js";

export interface DifferenceFlowProps {
  readonly difference: Difference;
  /** Where the left run is, as an adverb: "here", "before the edit". */
  readonly left: string;
  readonly right: string;
  readonly view: "text" | "tokens";
}

/** More tokens than these are compared and counted, but not shown. */
const MOST_SHOWN = 300_000;

/** Two runs of tokens in one flow: what only one of them has is marked, and can be gone through. */
export function DifferenceFlow({ difference, left, right, view }: DifferenceFlowProps) {
  const { pieces, sides, bounds, removed, added, isCoarse } = difference;
  const shown = Math.min(pieces.tokens.length, MOST_SHOWN);
  const pointing = usePointing(shown);
  const { at, point } = pointing;
  const flow = useRef<HTMLElement>(null);
  /** Number of the stretch that was gone to last; -1 before the first. */
  const [place, setPlace] = useState(-1);
  useEffect(() => {
    setPlace(-1);
    point(undefined);
  }, [difference]);
  const count = bounds.length / 2;
  const goTo = (index: number): void => {
    const start = bounds[index * 2]!;
    setPlace(index);
    if (start >= shown) return;
    point(start);
    showToken(flow.current!, start);
  };
  return (
    <div class="difference">
      <p class="figures" role="status">
        {count === 0 ? (
          <b>No token differs.</b>
        ) : (
          <>
            <b>{(removed + added).toLocaleString("en")}</b> tokens differ, in {count.toLocaleString("en")}{" "}
            {count === 1 ? "place" : "places"}
          </>
        )}
        {isCoarse && ". So much differs that whole stretches are marked, with tokens that may be the same."}
      </p>
      {count > 0 && (
        <div class="bar">
          <p class="difference-keys">
            <span class="key-removed">
              only {left}: {removed.toLocaleString("en")}
            </span>
            <span class="key-added">
              only {right}: {added.toLocaleString("en")}
            </span>
          </p>
          <div class="difference-steps">
            <button type="button" disabled={place <= 0} onClick={() => goTo(place - 1)}>
              Previous
            </button>
            <button type="button" disabled={place === count - 1} onClick={() => goTo(place + 1)}>
              {place < 0 ? "First difference" : "Next"}
            </button>
            <span class="figures" role="status">
              {place >= 0 && `${place + 1} of ${count}`}
            </span>
          </div>
        </div>
      )}
      <section
        class="prompt"
        ref={flow}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk from token to token
        tabIndex={0}
        aria-label="Differences. The arrow keys walk from token to token."
        {...pointing.handlers}
      >
        <TokenFlow pieces={pieces} start={0} end={shown} view={view} current={at} sides={sides} />
      </section>
      {shown < pieces.tokens.length && (
        <p class="placeholder">
          {(pieces.tokens.length - shown).toLocaleString("en")} more tokens are not shown. They are counted.
        </p>
      )}
      <Inspector
        pieces={pieces}
        at={at}
        offset={at === undefined ? undefined : offsetsOf(sides, at, left, right)}
        hint="Walk with the arrow keys, or point at a token, to see its id, bytes, offset and merges."
      />
    </div>
  );
}

/** Where a token is in each of the runs that have it. */
function offsetsOf(sides: Uint8Array, at: number, left: string, right: string): string {
  let [before, after] = [0, 0];
  for (let index = 0; index < at; index++) {
    if (sides[index] !== 2) before += 1;
    if (sides[index] !== 1) after += 1;
  }
  if (sides[at] === 1) return `${before} ${left}`;
  if (sides[at] === 2) return `${after} ${right}`;
  return before === after ? String(before) : `${before} ${left}, ${after} ${right}`;
}
