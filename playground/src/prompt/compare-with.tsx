import type { PageState } from "../link/page-state.js";
import { ENDS, optionsOf, POLICIES } from "./choices.js";

type PromptState = PageState["prompt"];

interface CompareWithProps {
  readonly state: PromptState;
  readonly onChange: (part: Partial<PromptState>) => void;
}

/** Chooses the other prompt, from which the differences are shown, and keeps the present one as such. */
export function CompareWith({ state, onChange }: CompareWithProps) {
  const keep = (): void => {
    const { text, kind, end, keepAnalysis, recipientPlace } = state;
    onChange({ kept: JSON.stringify({ text, kind, end, keepAnalysis, recipientPlace }), against: "kept" });
  };
  return (
    <div class="bar compare-with">
      <label>
        Compare with{" "}
        <select
          value={state.against}
          onChange={(event) => onChange({ against: event.currentTarget.value as PromptState["against"] })}
        >
          <option value="">nothing</option>
          {state.kept !== "" && <option value="kept">the prompt that is kept</option>}
          {optionsOf(ENDS, "ending ")}
          {optionsOf(POLICIES, "analysis: ")}
        </select>
      </label>
      <button type="button" onClick={keep}>
        Keep this one to compare with
      </button>
    </div>
  );
}
