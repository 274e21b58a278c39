import { useRef } from "preact/hooks";
import { CopyAs } from "../copy-as.js";
import type { Problem } from "../worker/answers.js";
import { JsonField, TextField } from "./fields.js";
import { fromRequest, joinFormats, type NamedFormat, splitFormats, toRequest } from "./response-format-text.js";

interface InstructionsProps {
  readonly value: unknown;
  readonly path: string;
  readonly problems: readonly Problem[];
  readonly onChange: (instructions: string) => void;
}

const NEW: NamedFormat = { name: "answer", description: "", schema: { type: "object", properties: {} } };

/** A developer's instructions, and the formats of answers that their last section asks for. */
export function InstructionsFields({ value, path, problems, onChange }: InstructionsProps) {
  const { rest, formats } = splitFormats(typeof value === "string" ? value : "");
  const add = useRef<HTMLButtonElement>(null);
  const write = (next: readonly NamedFormat[]): void => onChange(joinFormats(rest, next));
  return (
    <>
      <TextField
        label="Instructions"
        isLong
        value={rest}
        path={path}
        problems={problems}
        onChange={(text) => onChange(joinFormats(text, formats))}
      />
      {formats.map((format, index) => {
        const set = (part: Partial<NamedFormat>): void => write(formats.with(index, { ...format, ...part }));
        const at = `${path}.${index}`;
        const name = `${at}.name`;
        const nameless: Problem = {
          severity: "error",
          message: "A format needs a name, such as shopping_list.",
          path: name,
        };
        return (
          <fieldset key={index} class="wide format">
            <legend>Response format{formats.length > 1 && ` ${index + 1}`}</legend>
            <TextField
              label="Name of the format"
              value={format.name}
              path={name}
              problems={format.name.trim() === "" ? [nameless] : []}
              onChange={(text) => set({ name: text })}
            />
            <TextField
              label="Description"
              isLong
              value={format.description}
              path={`${at}.description`}
              problems={[]}
              onChange={(description) => set({ description })}
            />
            <JsonField
              label="Schema, or the response_format of a request"
              value={format.schema}
              path={at}
              problems={[]}
              onChange={(schema) => set(fromRequest(schema) ?? { schema: schema ?? {} })}
            />
            <div class="wide card-tools">
              <CopyAs
                label="Copy the format as"
                forms={{
                  response_format: () => JSON.stringify(toRequest(format), null, 2),
                  Schema: () => JSON.stringify(format.schema, null, 2),
                }}
              />
              <button
                type="button"
                onClick={() => {
                  write(formats.toSpliced(index, 1));
                  // The button that had the focus goes.
                  add.current?.focus();
                }}
              >
                Remove this format
              </button>
            </div>
          </fieldset>
        );
      })}
      <div class="wide">
        <button type="button" ref={add} onClick={() => write([...formats, NEW])}>
          Add a response format
        </button>
      </div>
    </>
  );
}
