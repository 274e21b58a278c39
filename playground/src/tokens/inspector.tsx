import { useEffect, useState } from "preact/hooks";
import type { Pieces } from "../worker/answers.js";
import { ask } from "../worker/ask.js";
import { Merges } from "./merges.js";

interface InspectorProps {
  readonly pieces: Pieces;
  readonly at: number | undefined;
  /** Index in the prompt, or where it is in words; -1 for a token that is left out of the prompt. */
  readonly offset: number | string | undefined;
  readonly hint: string;
}

/** Says everything about the token that the reader points at. */
export function Inspector({ pieces, at, offset, hint }: InspectorProps) {
  const id = at === undefined ? undefined : pieces.tokens[at];
  const [known, setKnown] = useState<{ readonly id: number; readonly bytes: readonly number[] | undefined }>();
  // It stays unfolded while the reader goes from token to token.
  const [isUnfolded, setUnfolded] = useState(false);
  useEffect(() => {
    if (id === undefined) return;
    let isCurrent = true;
    void ask({ type: "token", token: id }).then(({ bytes }) => {
      if (isCurrent) setKnown({ id, bytes });
    });
    return () => {
      isCurrent = false;
    };
  }, [id]);
  if (at === undefined || id === undefined) {
    return <p class="inspector is-empty">{hint}</p>;
  }
  const text = pieces.text.slice(at === 0 ? 0 : pieces.ends[at - 1], pieces.ends[at]);
  const bytes = known?.id === id ? known.bytes : undefined;
  const isUnknown = known?.id === id && known.bytes === undefined;
  return (
    <div class="inspector">
      <dl aria-live="polite">
        <div>
          <dt>id</dt>
          <dd>{id}</dd>
        </div>
        <div>
          <dt>text</dt>
          <dd class="inspector-text">{text === "" ? "part of a character" : JSON.stringify(text)}</dd>
        </div>
        <div>
          <dt>bytes</dt>
          <dd>
            {isUnknown ? "not in the vocabulary" : bytes?.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}
          </dd>
        </div>
        <div>
          <dt>offset</dt>
          <dd>{offset === -1 ? "left out" : (offset ?? at)}</dd>
        </div>
      </dl>
      <details open={isUnfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
        <summary>Merges</summary>
        {isUnfolded && <Merges token={id} />}
      </details>
    </div>
  );
}
