import { useState } from "preact/hooks";

interface CopyProps {
  readonly label: string;
  /** What can be copied, by its name. */
  readonly forms: Readonly<Record<string, () => string>>;
}

/** Copies what is shown, in one of several forms. */
export function CopyAs({ label, forms }: CopyProps) {
  const names = Object.keys(forms);
  const [name, setName] = useState(names[0]!);
  const [said, setSaid] = useState("");
  const copy = async (): Promise<void> => {
    const text = forms[name]!();
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(
      copied ? `Copied, ${text.length.toLocaleString("en")} characters` : "The browser does not let the page copy",
    );
    setTimeout(() => setSaid(""), 4000);
  };
  return (
    <div class="copy">
      {names.length > 1 && (
        <label>
          <span class="unseen">{label}</span>
          <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
            {names.map((form) => (
              <option key={form} value={form}>
                {form}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="button" onClick={() => void copy()}>
        Copy
      </button>
      <span class="said" role="status">
        {said}
      </span>
    </div>
  );
}
