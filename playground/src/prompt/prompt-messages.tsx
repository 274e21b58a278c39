import { memo } from "../memo.js";
import { TokenFlow } from "../tokens/token-flow.js";
import type { Pieces, PromptAnswer, PromptMessage } from "../worker/answers.js";

type ShownPrompt = NonNullable<PromptAnswer["prompt"]>;

/** More tokens than these are counted and copied, but not shown. */
const MOST_SHOWN = 300_000;

/** How many tokens of a prompt are shown. */
export function visibleCount({ pieces }: ShownPrompt): number {
  return Math.min(pieces.tokens.length, MOST_SHOWN);
}

interface MessagesProps {
  readonly prompt: ShownPrompt;
  readonly view: "text" | "tokens";
  readonly current: number | undefined;
}

/** The messages of a prompt, one below the other, with what is left out struck out. */
export function PromptMessages({ prompt, view, current }: MessagesProps) {
  const { pieces, messages } = prompt;
  const most = visibleCount(prompt);
  const hidden = pieces.tokens.length - most;
  return (
    <>
      {messages.map((message, index) => {
        const { start, end } = message;
        if (start >= most) return null;
        const isHere = current !== undefined && current >= start && current < end;
        const stop = Math.min(end, most);
        return (
          <OneMessage
            key={index}
            message={message}
            pieces={pieces}
            end={stop}
            view={view}
            current={isHere ? current : undefined}
          />
        );
      })}
      {hidden > 0 && (
        <p class="placeholder">
          {hidden.toLocaleString("en")} more tokens are not shown. They are counted, and in what you copy.
        </p>
      )}
    </>
  );
}

interface OneMessageProps {
  readonly message: PromptMessage;
  readonly pieces: Pieces;
  readonly end: number;
  readonly view: "text" | "tokens";
  readonly current: number | undefined;
}

const OneMessage = memo(function OneMessage({ message, pieces, end, view, current }: OneMessageProps) {
  const { role, name, channel, recipient, start, offset, isNext } = message;
  const isLeftOut = offset < 0;
  const flow = <TokenFlow pieces={pieces} start={start} end={end} view={view} current={current} />;
  return (
    <article class={`message role-${role}${isLeftOut ? " is-left-out" : ""}`}>
      <h3>
        <span class="who">{isNext ? "the model's turn" : (name ?? role)}</span>
        {channel !== undefined && <span class="where">{channel}</span>}
        {recipient !== undefined && <span class="where">to {recipient}</span>}
        {isLeftOut && <span class="left-out">left out of the prompt</span>}
        <span class="amount">{(message.end - start).toLocaleString("en")}</span>
      </h3>
      {isLeftOut ? <del>{flow}</del> : flow}
    </article>
  );
});
