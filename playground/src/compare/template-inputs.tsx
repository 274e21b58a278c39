import { CopyAs } from "../copy-as.js";

interface TemplateInputsProps {
  /** The variables, as JSON. */
  readonly inputs: string | undefined;
  readonly date: string;
  readonly unsaid: readonly string[];
  readonly parsedArguments: boolean;
  readonly onParsedArguments: (chosen: boolean) => void;
  readonly onEdit: () => void;
}

/** Longer JSON is copied, but not shown. */
const MOST_SHOWN = 100_000;

/** What the template is given for the conversation, and what it cannot be given. */
export function TemplateInputs(props: TemplateInputsProps) {
  const { inputs = "", date, unsaid, parsedArguments, onParsedArguments, onEdit } = props;
  return (
    <section class="template-inputs" aria-labelledby="inputs-title">
      <div class="panel-head">
        <h3 id="inputs-title">What it is given</h3>
        <button type="button" class="plain" onClick={onEdit}>
          Edit the conversation
        </button>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={parsedArguments}
          onChange={(event) => onParsedArguments(event.currentTarget.checked)}
        />
        <span>Arguments of calls as values, as servers give them; else as text, as requests have them</span>
      </label>
      {unsaid.length > 0 && (
        <>
          <p class="note">What a template cannot be told:</p>
          <ul class="unsaid">
            {unsaid.slice(0, 20).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
            {unsaid.length > 20 && <li>and {unsaid.length - 20} more</li>}
          </ul>
        </>
      )}
      <details>
        <summary>
          Its variables, and <code>strftime_now</code> for {date}
        </summary>
        <CopyAs label="Copy as" forms={{ JSON: () => inputs }} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, by the keyboard, too */}
        <pre class="declaration" tabIndex={0}>
          {inputs.slice(0, MOST_SHOWN)}
        </pre>
        {inputs.length > MOST_SHOWN && <p class="note">The rest is in what you copy.</p>}
      </details>
    </section>
  );
}
