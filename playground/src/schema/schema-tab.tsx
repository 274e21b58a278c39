import { useMemo, useState } from "preact/hooks";
import { CopyAs } from "../copy-as.js";
import { Editor } from "../editor/editor.js";
import type { PageState } from "../link/page-state.js";
import { Problems } from "../problems.js";
import type { Problem } from "../worker/answers.js";
import { useAnswer } from "../worker/use-answer.js";

type SchemaState = PageState["schema"];

interface SchemaTabProps {
  readonly state: SchemaState;
  readonly onChange: (state: SchemaState) => void;
}

/** A JSON schema on the left, the TypeScript that the model reads on the right. */
export function SchemaTab({ state, onChange }: SchemaTabProps) {
  const { answer, isWaiting } = useAnswer({ type: "schema", text: state.text });
  const problems = useMemo(() => answer?.problems ?? [], [answer]);
  const [show, setShow] = useState<(problem: Problem) => void>();
  const { declaration, count } = answer ?? {};
  return (
    <div class="columns">
      <section class="panel" aria-labelledby="schema-title">
        <div class="panel-head">
          <h2 id="schema-title">JSON schema of the parameters</h2>
        </div>
        <Editor
          label="Schema, as JSON"
          language="json"
          value={state.text}
          problems={problems}
          onReady={(ready) => setShow(() => ready)}
          onChange={(text) => onChange({ text })}
        />
        <Problems problems={problems} onShow={show} />
      </section>
      <section class="panel result" aria-labelledby="declaration-title" aria-busy={isWaiting}>
        <div class="panel-head">
          <h2 id="declaration-title">What the model reads</h2>
          {count !== undefined && (
            <p class="figures" role="status">
              <b>{count.toLocaleString("en")}</b> tokens
            </p>
          )}
        </div>
        {declaration === undefined ? (
          <p class="placeholder">{answer === undefined ? "The vocabulary is on its way…" : "Mend the schema first."}</p>
        ) : (
          <>
            <div class="bar">
              <CopyAs label="Copy as" forms={{ "TypeScript declaration": () => declaration }} />
            </div>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, by the keyboard, too */}
            <pre class="declaration" tabIndex={0}>
              {declaration}
            </pre>
          </>
        )}
      </section>
    </div>
  );
}
