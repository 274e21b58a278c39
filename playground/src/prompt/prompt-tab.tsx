import conversations from "virtual:documented-conversations";
import { useMemo, useState } from "preact/hooks";
import { MessageCards } from "../compose/message-cards.js";
import { CopyAs } from "../copy-as.js";
import { Editor } from "../editor/editor.js";
import { CHAT_REQUEST, FIRST_STATE, type PageState } from "../link/page-state.js";
import { Problems } from "../problems.js";
import { Inspector } from "../tokens/inspector.js";
import { usePointing } from "../tokens/use-pointing.js";
import type { Problem, PromptAnswer } from "../worker/answers.js";
import { useAnswer } from "../worker/use-answer.js";
import { formsOf } from "./copied-forms.js";
import { CountBar } from "./count-bar.js";
import { PromptMessages, visibleCount } from "./prompt-messages.js";

type PromptState = PageState["prompt"];

interface PromptTabProps {
  readonly state: PromptState;
  readonly onChange: (state: PromptState) => void;
  readonly onLoad: (state: PromptState) => void;
}

const EXAMPLES: readonly { readonly name: string; readonly value: unknown }[] = [
  { name: "A call, its result, and an answer", value: JSON.parse(FIRST_STATE.prompt.text) },
  { name: "A Chat Completions request", value: JSON.parse(CHAT_REQUEST) },
  ...conversations,
];

/** A conversation on the left, the prompt that it becomes on the right. */
export function PromptTab({ state, onChange, onLoad }: PromptTabProps) {
  const { text, kind, end, keepAnalysis, recipientPlace, edit } = state;
  const { answer, isWaiting, failure } = useAnswer({ type: "prompt", text, kind, end, keepAnalysis, recipientPlace });
  const problems = useMemo(() => answer?.problems ?? [], [answer]);
  const [show, setShow] = useState<(problem: Problem) => void>();
  const set = (part: Partial<PromptState>): void => onChange({ ...state, ...part });
  const load = (event: Event): void => {
    const select = event.currentTarget as HTMLSelectElement;
    const example = select.value === "" ? undefined : EXAMPLES[Number(select.value)];
    select.value = "";
    if (example !== undefined) onLoad({ ...state, text: JSON.stringify(example.value, null, 2), kind: "auto" });
  };
  return (
    <div class="columns">
      <section class="panel" aria-labelledby="conversation-title">
        <div class="panel-head">
          <h2 id="conversation-title">Conversation</h2>
          <label>
            <span class="unseen">Examples</span>
            <select value="" onChange={load}>
              <option value="">Examples…</option>
              {EXAMPLES.map(({ name }, index) => (
                <option key={name} value={index}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </div>
        <fieldset class="switch edit-switch">
          <legend class="unseen">Edit as</legend>
          {(["json", "cards"] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="edit" checked={edit === name} onChange={() => set({ edit: name })} />
              <span>{name === "json" ? "JSON" : "Cards"}</span>
            </label>
          ))}
        </fieldset>
        {edit === "json" ? (
          <Editor
            label="Conversation, as JSON"
            language="json"
            value={text}
            problems={problems}
            onReady={(ready) => setShow(() => ready)}
            onChange={(changed) => set({ text: changed })}
          />
        ) : answer?.kind === "chat" ? (
          <div class="placeholder">
            <p>The cards are for Harmony conversations, and this is a Chat Completions request.</p>
            {answer.prompt !== undefined && (
              <button type="button" onClick={() => set({ text: answer.prompt!.canonical, kind: "conversation" })}>
                Turn it into a conversation
              </button>
            )}
          </div>
        ) : (
          <MessageCards text={text} problems={problems} onChange={(changed) => set({ text: changed })} />
        )}
        <Problems problems={problems} onShow={edit === "json" ? show : undefined} />
        <div class="options">
          <label>
            Read as
            <select value={kind} onChange={(e) => set({ kind: e.currentTarget.value as PromptState["kind"] })}>
              <option value="auto">{kindName(answer)}</option>
              <option value="conversation">Harmony conversation</option>
              <option value="chat">Chat Completions request</option>
            </select>
          </label>
          <label>
            The prompt ends
            <select value={end} onChange={(e) => set({ end: e.currentTarget.value as PromptState["end"] })}>
              <option value="completion">with the model's turn</option>
              <option value="none">with the last message</option>
              <option value="training">as for training</option>
            </select>
          </label>
          <label>
            Analysis kept
            <select
              value={keepAnalysis}
              onChange={(e) => set({ keepAnalysis: e.currentTarget.value as PromptState["keepAnalysis"] })}
            >
              <option value="reference">as the reference does</option>
              <option value="after-last-final">after the last answer</option>
              <option value="this-turn">of this turn</option>
              <option value="all">all of it</option>
            </select>
          </label>
          <label>
            Recipient behind
            <select
              value={recipientPlace}
              onChange={(e) => set({ recipientPlace: e.currentTarget.value as PromptState["recipientPlace"] })}
            >
              <option value="role">the role</option>
              <option value="channel">the channel</option>
            </select>
          </label>
        </div>
      </section>
      <section class="panel result" aria-labelledby="prompt-title" aria-busy={isWaiting}>
        {failure !== undefined && (
          <p class="problem is-error" role="alert">
            {failure}
          </p>
        )}
        {answer?.prompt === undefined ? (
          <PromptMissing answer={answer} />
        ) : (
          <Prompt prompt={answer.prompt} state={state} onView={(chosen) => set({ view: chosen })} />
        )}
      </section>
    </div>
  );
}

function kindName(answer: PromptAnswer | undefined): string {
  if (answer?.kind === "chat") return "Recognised: Chat Completions";
  if (answer?.kind === "conversation") return "Recognised: Harmony";
  return "Whatever it is";
}

function PromptMissing({ answer }: { readonly answer: PromptAnswer | undefined }) {
  return (
    <>
      <div class="panel-head">
        <h2 id="prompt-title">Prompt</h2>
      </div>
      {answer === undefined ? (
        <p class="placeholder">The vocabulary is on its way…</p>
      ) : (
        <p class="placeholder">There is no prompt until the conversation is mended.</p>
      )}
    </>
  );
}

interface PromptProps {
  readonly prompt: NonNullable<PromptAnswer["prompt"]>;
  readonly state: PromptState;
  readonly onView: (view: PromptState["view"]) => void;
}

function Prompt({ prompt, state, onView }: PromptProps) {
  const { pieces, messages, count } = prompt;
  const forms = useMemo(() => formsOf(prompt, state), [prompt, state]);
  const pointing = usePointing(visibleCount(prompt));
  const { at } = pointing;
  const around = at === undefined ? undefined : messages.find(({ end }) => at < end);
  const offset = around === undefined ? undefined : around.offset < 0 ? -1 : around.offset + at! - around.start;
  const leftOut = messages.filter((message) => message.offset < 0).length;
  return (
    <>
      <div class="panel-head">
        <h2 id="prompt-title">Prompt</h2>
        <p class="figures" role="status">
          <b>{count.toLocaleString("en")}</b> tokens
          {leftOut > 0 && `, ${leftOut} ${leftOut === 1 ? "message" : "messages"} left out`}
        </p>
      </div>
      <CountBar messages={messages} count={count} />
      <div class="bar">
        <fieldset class="switch">
          <legend class="unseen">Show</legend>
          {(["text", "tokens"] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="view" checked={state.view === name} onChange={() => onView(name)} />
              <span>{name === "text" ? "Text" : "Tokens"}</span>
            </label>
          ))}
        </fieldset>
        <CopyAs label="Copy the prompt as" forms={forms} />
      </div>
      <section
        class="prompt"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk from token to token
        tabIndex={0}
        aria-label="Prompt. The arrow keys walk from token to token."
        {...pointing.handlers}
      >
        <PromptMessages prompt={prompt} view={state.view} current={at} />
      </section>
      <Inspector
        pieces={pieces}
        at={at}
        offset={offset}
        hint="Point at a token, or walk with the arrow keys, to see its id, bytes and offset."
      />
    </>
  );
}
