import { useMemo, useState } from "preact/hooks";
import { Editor } from "../editor/editor.js";
import type { PageState } from "../link/page-state.js";
import { Problems } from "../problems.js";
import type { Problem } from "../worker/answers.js";
import { useAnswer } from "../worker/use-answer.js";
import { DifferenceView } from "./difference-view.js";
import { runTemplate } from "./run-template.js";
import { TemplateInputs } from "./template-inputs.js";

type CompareState = PageState["compare"];

interface CompareTabProps {
  readonly state: CompareState;
  readonly prompt: PageState["prompt"];
  readonly onChange: (state: CompareState) => void;
  /** Leads to the conversation. */
  readonly onEdit: () => void;
}

/** A chat template on the left; on the right, how what it makes of the conversation differs from the prompt. */
export function CompareTab({ state, prompt, onChange, onEdit }: CompareTabProps) {
  const { template, parsedArguments, view } = state;
  const { text, kind, end, keepAnalysis, recipientPlace } = prompt;
  const given = useAnswer({ type: "template-inputs", text, kind, end, parsedArguments });
  const { inputs, date = "" } = given.answer ?? {};
  const written = useAnswer({ type: "template", template, inputs, date }, runTemplate);
  const theirs = written.answer?.text;
  const compared = useAnswer({ type: "difference", text, kind, end, keepAnalysis, recipientPlace, theirs });
  const [show, setShow] = useState<(problem: Problem) => void>();
  const [said, setSaid] = useState("");
  const set = (part: Partial<CompareState>): void => onChange({ ...state, ...part });
  const problem = written.answer?.problem;
  const problems = useMemo(() => (problem === undefined ? [] : [problem]), [problem]);
  const open = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (file === undefined) return;
    const read = await file.text().catch(() => undefined);
    input.value = "";
    setSaid(read === undefined ? "The browser cannot read this file" : `Opened ${file.name}`);
    if (read !== undefined) set({ template: read });
  };
  const isWaiting = given.isWaiting || written.isWaiting || compared.isWaiting;
  const failure = given.failure ?? written.failure ?? compared.failure;
  return (
    <div class="columns">
      <section class="panel" aria-labelledby="template-title">
        <div class="panel-head">
          <h2 id="template-title">Chat template</h2>
          <div class="copy">
            <span class="said" role="status">
              {said}
            </span>
            <label class="file">
              Open a file
              <input
                type="file"
                accept=".jinja,.jinja2,.j2,.json,.txt,text/*"
                onChange={(event) => void open(event.currentTarget)}
              />
            </label>
          </div>
        </div>
        <Editor
          label="Chat template, in Jinja"
          language="template"
          value={template}
          problems={problems}
          onReady={(ready) => setShow(() => ready)}
          onChange={(changed) => set({ template: changed })}
        />
        <p class="note">
          Paste the template of a model, its <code>chat_template.jinja</code> or <code>tokenizer_config.json</code>.
          None comes with this page. It runs here, in a worker that is ended after five seconds.
        </p>
        <Problems problems={problems} onShow={show} />
        <TemplateInputs
          inputs={inputs}
          date={date}
          unsaid={given.answer?.unsaid ?? []}
          parsedArguments={parsedArguments}
          onParsedArguments={(chosen) => set({ parsedArguments: chosen })}
          onEdit={onEdit}
        />
      </section>
      <section class="panel result" aria-labelledby="difference-title" aria-busy={isWaiting}>
        <div class="panel-head">
          <h2 id="difference-title">The template beside the prompt</h2>
          <fieldset class="switch">
            <legend class="unseen">Show</legend>
            {(["text", "tokens"] as const).map((name) => (
              <label key={name}>
                <input type="radio" name="view" checked={view === name} onChange={() => set({ view: name })} />
                <span>{name === "text" ? "Text" : "Tokens"}</span>
              </label>
            ))}
          </fieldset>
        </div>
        {failure !== undefined && (
          <p class="problem is-error" role="alert">
            {failure}
          </p>
        )}
        <Problems problems={given.answer?.problems ?? []} />
        {compared.answer?.difference === undefined ? (
          <p class="placeholder">{placeholder(template, given.answer !== undefined, problem)}</p>
        ) : (
          <>
            {compared.answer.isSameText === true && compared.answer.difference.bounds.length > 0 && (
              <p class="note">
                The texts are the same, and the tokens are not: what the conversation spells in words, the template's
                reader takes for a marker.
              </p>
            )}
            <DifferenceView difference={compared.answer.difference} left="here" right="in the template" view={view} />
          </>
        )}
      </section>
    </div>
  );
}

function placeholder(template: string, isReady: boolean, problem: Problem | undefined): string {
  if (!isReady) return "The vocabulary is on its way…";
  if (template.trim() === "") {
    return "Once there is a template, this shows what it makes of the conversation of the tab Prompt, with every token that differs marked.";
  }
  if (problem !== undefined) return "The template has made no prompt.";
  return "Nothing to compare yet.";
}
