import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Editor } from "../editor/editor.js";
import { jsonProblem } from "../json-problem.js";
import type { Problem } from "../worker/answers.js";

interface FieldProps {
  readonly label: string;
  readonly value: unknown;
  readonly problems: readonly Problem[];
  readonly path: string;
  readonly onChange: (value: string) => void;
}

/** What is wrong with a field, below it. */
export function FieldProblems({ problems, path }: { readonly problems: readonly Problem[]; readonly path: string }) {
  const own = problems.filter((problem) => problem.path === path);
  return (
    <>
      {own.map(({ message, severity }) => (
        <span key={message} class={`field-problem is-${severity}`}>
          {message}
        </span>
      ))}
    </>
  );
}

interface TextFieldProps extends FieldProps {
  readonly suggestions?: readonly string[];
  readonly isLong?: boolean;
}

/** A line of text, or several. */
export function TextField({ label, value, problems, path, onChange, suggestions, isLong = false }: TextFieldProps) {
  const text = typeof value === "string" ? value : "";
  const list = suggestions === undefined ? undefined : `suggestions-${path}`;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: it has one of two controls
    <label class={isLong ? "wide" : undefined}>
      {label}
      {isLong ? (
        <textarea rows={2} value={text} onInput={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <input type="text" value={text} list={list} onInput={(event) => onChange(event.currentTarget.value)} />
      )}
      {list !== undefined && (
        <datalist id={list}>
          {suggestions?.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      <FieldProblems problems={problems} path={path} />
    </label>
  );
}

interface ChoiceFieldProps extends FieldProps {
  readonly choices: readonly string[];
}

export function ChoiceField({ label, value, choices, problems, path, onChange }: ChoiceFieldProps) {
  const text = typeof value === "string" ? value : "";
  const all = choices.includes(text) ? choices : [text, ...choices];
  return (
    <label>
      {label}
      <select value={text} onChange={(event) => onChange(event.currentTarget.value)}>
        {all.map((choice) => (
          <option key={choice} value={choice}>
            {choice || "none"}
          </option>
        ))}
      </select>
      <FieldProblems problems={problems} path={path} />
    </label>
  );
}

interface JsonFieldProps {
  readonly label: string;
  readonly value: unknown;
  /** The problems of the conversation that lie inside the value. */
  readonly problems: readonly Problem[];
  readonly path: string;
  readonly onChange: (value: unknown) => void;
}

/** JSON in an editor of its own. Half-written JSON stays in the field until it is whole. */
export function JsonField({ label, value, problems, path, onChange }: JsonFieldProps) {
  const written = value === undefined ? "" : JSON.stringify(value, null, 2);
  const [draft, setDraft] = useState(written);
  const [broken, setBroken] = useState<Problem>();
  const applied = useRef(written);
  useEffect(() => {
    if (written === applied.current) return;
    applied.current = written;
    setDraft(written);
    setBroken(undefined);
  }, [written]);
  const own = useMemo(
    () =>
      broken === undefined
        ? problems
            .filter((problem) => problem.path?.startsWith(path))
            .map((problem): Problem => ({ ...problem, path: problem.path!.slice(path.length).replace(/^\./, "") }))
        : [broken],
    [problems, broken, path],
  );
  const change = (text: string): void => {
    setDraft(text);
    try {
      const read: unknown = text.trim() === "" ? undefined : JSON.parse(text);
      setBroken(undefined);
      applied.current = read === undefined ? "" : JSON.stringify(read, null, 2);
      onChange(read);
    } catch (error) {
      setBroken(jsonProblem(error as Error, text));
    }
  };
  return (
    <div class="wide json-field">
      <span>{label}</span>
      <Editor label={label} language="json" value={draft} problems={own} onChange={change} />
      {own.map(({ message, severity }) => (
        <span key={message} class={`field-problem is-${severity}`}>
          {message}
        </span>
      ))}
    </div>
  );
}
