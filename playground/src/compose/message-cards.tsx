import { useMemo, useRef, useState } from "preact/hooks";
import type { Problem } from "../worker/answers.js";
import { ContentFields } from "./content-fields.js";
import { type JsonObject, newMessage, readEdited, withField, writeEdited } from "./conversation-json.js";
import { ChoiceField, TextField } from "./fields.js";

interface CardsProps {
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly onChange: (text: string) => void;
}

const ROLES = ["system", "developer", "user", "assistant", "tool"];
/** In a longer conversation the cards are folded at first. */
const MOST_OPEN = 6;

/** The messages of a conversation as cards. They edit the same JSON text as the editor. */
export function MessageCards({ text, problems, onChange }: CardsProps) {
  const edited = useMemo(() => readEdited(text), [text]);
  const [toggled, setToggled] = useState<ReadonlySet<number>>(new Set());
  const [role, setRole] = useState("user");
  const [said, setSaid] = useState("");
  const list = useRef<HTMLDivElement>(null);
  if (edited === undefined) {
    return (
      <p class="placeholder">
        The cards show conversations in well-formed JSON. Mend the text first, in the view JSON.
      </p>
    );
  }
  const { messages } = edited;
  const write = (next: readonly JsonObject[]): void => onChange(writeEdited(edited, next));
  const isOpen = (index: number): boolean => messages.length <= MOST_OPEN !== toggled.has(index);
  const toggle = (index: number): void => {
    const next = new Set(toggled);
    if (!next.delete(index)) next.add(index);
    setToggled(next);
  };
  const focusOn = (index: number, what: string): void => {
    requestAnimationFrame(() => {
      const card = list.current?.children[index];
      const wanted = card?.querySelector<HTMLElement>(`${what}:not(:disabled)`) ?? card?.querySelector("summary");
      wanted?.focus();
    });
  };
  const move = (index: number, by: 1 | -1): void => {
    const next = messages.with(index, messages[index + by]!).with(index + by, messages[index]!);
    const swapped = new Set([...toggled].map((at) => (at === index ? index + by : at === index + by ? index : at)));
    setToggled(swapped);
    write(next);
    setSaid(`Moved to place ${index + by + 1} of ${messages.length}`);
    focusOn(index + by, by < 0 ? ".move-up" : ".move-down");
  };
  const remove = (index: number): void => {
    setToggled(new Set([...toggled].flatMap((at) => (at === index ? [] : [at > index ? at - 1 : at]))));
    write(messages.toSpliced(index, 1));
    setSaid(`Message ${index + 1} deleted`);
    focusOn(Math.max(0, index - 1), "summary");
  };
  const add = (): void => {
    write([...messages, newMessage(role)]);
    // The new card is open, whatever the others are.
    if (messages.length + 1 > MOST_OPEN)
      setToggled(new Set([...(messages.length === MOST_OPEN ? [] : toggled), messages.length]));
    setSaid(`A message of the role ${role} was added`);
    focusOn(messages.length, "textarea");
  };
  return (
    <div class="cards">
      <div ref={list}>
        {messages.map((message, index) => {
          const path = `messages[${index}]`;
          const field = (name: string) => ({
            value: message[name],
            path: `${path}.${name}`,
            problems,
            onChange: (value: unknown) => write(messages.with(index, withField(message, name, value))),
          });
          const own = problems.filter(
            (problem) => problem.path?.startsWith(path) && !/\d/.test(problem.path[path.length] ?? ""),
          );
          const title = [message.role, message.channel, message.recipient && `to ${message.recipient}`];
          return (
            <details key={index} class={`card role-${message.role}`} open={isOpen(index)}>
              {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is what opens the details */}
              <summary
                onClick={(event) => {
                  event.preventDefault();
                  toggle(index);
                }}
              >
                <span class="who">{title.filter(Boolean).join(" · ")}</span>
                {own.length > 0 && <span class="left-out">{own.length === 1 ? "a note" : `${own.length} notes`}</span>}
                {!isOpen(index) && <span class="gist">{gistOf(message)}</span>}
              </summary>
              {isOpen(index) && (
                <>
                  <div class="options">
                    <ChoiceField label="Role" choices={ROLES} {...field("role")} />
                    <TextField
                      label="Channel"
                      suggestions={["analysis", "commentary", "final"]}
                      {...field("channel")}
                    />
                    <TextField label="Recipient" {...field("recipient")} />
                    <TextField
                      label="Content type"
                      suggestions={["<|constrain|>json", "code"]}
                      {...field("content_type")}
                    />
                    <TextField label="Name" {...field("name")} />
                    <ContentFields
                      content={message.content}
                      path={`${path}.content`}
                      problems={problems}
                      onChange={(content) => write(messages.with(index, { ...message, content }))}
                    />
                  </div>
                  <div class="card-tools">
                    <button type="button" class="move-up" disabled={index === 0} onClick={() => move(index, -1)}>
                      Move up
                    </button>
                    <button
                      type="button"
                      class="move-down"
                      disabled={index === messages.length - 1}
                      onClick={() => move(index, 1)}
                    >
                      Move down
                    </button>
                    <button type="button" onClick={() => remove(index)}>
                      Delete
                    </button>
                  </div>
                </>
              )}
            </details>
          );
        })}
      </div>
      <div class="card-add">
        <label>
          <span class="unseen">Role of the new message</span>
          <select value={role} onChange={(event) => setRole(event.currentTarget.value)}>
            {ROLES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <button type="button" class="strong" onClick={add}>
          Add message
        </button>
        <span class="said" role="status">
          {said}
        </span>
      </div>
    </div>
  );
}

/** The beginning of what a message says. */
function gistOf({ content }: JsonObject): string {
  if (typeof content === "string") return content.slice(0, 80);
  const part: unknown = Array.isArray(content) ? content[0] : undefined;
  if (typeof part !== "object" || part === null) return "";
  const { text, instructions, model_identity } = part as JsonObject;
  return String(text ?? instructions ?? model_identity ?? "").slice(0, 80);
}
