import completions from "virtual:malformed-completions";
import { useMemo } from "preact/hooks";
import { Editor } from "../editor/editor.js";
import { FIRST_STATE, type PageState } from "../link/page-state.js";
import { Problems } from "../problems.js";
import { useAnswer } from "../worker/use-answer.js";
import { Comparison } from "./comparison.js";
import { Player } from "./player.js";
import { SAVED_ANSWERS } from "./saved-answers.js";

type ParseState = PageState["parse"];

interface ParseTabProps {
  readonly state: ParseState;
  readonly onChange: (state: ParseState) => void;
  readonly onLoad: (state: ParseState) => void;
}

const GROUPS = [
  {
    label: "Well formed",
    examples: [{ name: "Analysis, then a call", text: FIRST_STATE.parse.text }, ...SAVED_ANSWERS],
  },
  {
    label: "Malformed",
    examples: completions.map((example) => ({ ...example, name: example.name.replaceAll("-", " ") })),
  },
];
const EXAMPLES: readonly { readonly text: string; readonly tools?: string }[] = GROUPS.flatMap(
  ({ examples }) => examples,
);

/** What a model wrote on the left; on the right, how it is read. */
export function ParseTab({ state, onChange, onLoad }: ParseTabProps) {
  const { text, afterStart, tools, continueAfterCall, mode } = state;
  const question = { type: "parse", text, afterStart, tools, continueAfterCall } as const;
  const { answer, isWaiting, failure } = useAnswer(question);
  const set = (part: Partial<ParseState>): void => onChange({ ...state, ...part });
  const load = (event: Event): void => {
    const select = event.currentTarget as HTMLSelectElement;
    const example = select.value === "" ? undefined : EXAMPLES[Number(select.value)];
    select.value = "";
    if (example !== undefined) onLoad({ ...state, text: example.text, tools: example.tools ?? "", step: -1 });
  };
  const problems = useMemo(() => answer?.problems ?? [], [answer]);
  const completion = answer?.completion;
  const reading = completion?.readings.find((one) => one.mode === mode) ?? completion?.readings[0];
  let number = -1;
  return (
    <>
      <div class="columns">
        <section class="panel" aria-labelledby="completion-title">
          <div class="panel-head">
            <h2 id="completion-title">Completion</h2>
            <label>
              <span class="unseen">Examples</span>
              <select value="" onChange={load}>
                <option value="">Examples…</option>
                {GROUPS.map(({ label, examples }) => (
                  <optgroup key={label} label={label}>
                    {examples.map(({ name }) => {
                      number += 1;
                      return (
                        <option key={name} value={number}>
                          {name}
                        </option>
                      );
                    })}
                  </optgroup>
                ))}
              </select>
            </label>
          </div>
          <Editor
            label="Completion: ids, text, or an engine's answer"
            language="text"
            value={text}
            problems={[]}
            onChange={(changed) => set({ text: changed, step: -1 })}
          />
          <p class="recognised" role="status">
            {answer === undefined ? "The vocabulary is on its way…" : `Recognised: ${answer.recognised || "nothing"}`}
          </p>
          {answer?.notes.map((note) => (
            <p class="note" key={note}>
              {note}
            </p>
          ))}
          <Problems problems={problems} />
          <div class="options">
            <label class="check">
              <input
                type="checkbox"
                checked={afterStart}
                onChange={(e) => set({ afterStart: e.currentTarget.checked })}
              />
              <span>
                The prompt ended with <code>&lt;|start|&gt;assistant</code>
              </span>
            </label>
            <label class="check">
              <input
                type="checkbox"
                checked={continueAfterCall}
                onChange={(e) => set({ continueAfterCall: e.currentTarget.checked })}
              />
              Read on after a call
            </label>
            <label class="wide">
              Declared tools
              <input
                type="text"
                value={tools}
                placeholder="functions.get_weather, python"
                onInput={(e) => set({ tools: e.currentTarget.value })}
              />
            </label>
          </div>
        </section>
        <section class="panel result" aria-labelledby="reading-title" aria-busy={isWaiting}>
          {failure !== undefined && (
            <p class="problem is-error" role="alert">
              {failure}
            </p>
          )}
          {completion === undefined || reading === undefined ? (
            <>
              <div class="panel-head">
                <h2 id="reading-title">Reading</h2>
              </div>
              <p class="placeholder">
                Paste token ids, text with or without markers, or what llama.cpp, vLLM, SGLang or Ollama answered.
              </p>
            </>
          ) : (
            <Player
              completion={completion}
              reading={reading}
              state={state}
              onStep={(step) => set({ step })}
              onMode={(chosen) => set({ mode: chosen })}
            />
          )}
        </section>
      </div>
      {completion !== undefined && (
        <Comparison readings={completion.readings} onToken={(token) => set({ step: token + 1 })} />
      )}
    </>
  );
}
