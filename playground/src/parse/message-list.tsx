import { memo } from "../memo.js";
import { FIRST_SPECIAL, type Pieces, type Reading, type ReadMessage } from "../worker/answers.js";

interface HeaderProps {
  readonly pieces: Pieces;
  readonly reading: Reading;
  readonly step: number;
}

/** The header as far as it has come. */
export function HeaderBeingRead({ pieces, reading, step }: HeaderProps) {
  const start = reading.headerStart[step]!;
  const { text, ends, tokens } = pieces;
  const words: string[] = [];
  for (let at = Math.max(start, step - 60); at < step; at++) {
    const word = text.slice(at === 0 ? 0 : ends[at - 1], ends[at]);
    words.push(tokens[at]! >= FIRST_SPECIAL ? ` ${word.slice(2, -2)} ` : word);
  }
  return (
    <p class="header-read">
      <span>Header so far</span> <code>{words.join("").trim() || "…"}</code>
    </p>
  );
}

interface MessageListProps {
  readonly reading: Reading;
  readonly step: number;
  /** The message around the token that is pointed at. */
  readonly lit: number;
  readonly onPoint: (message: number | undefined) => void;
}

const MOST_SHOWN = 200;
const LONGEST_SHOWN = 20_000;

/** The messages as they grow. */
export function MessageList({ reading, step, lit, onPoint }: MessageListProps) {
  const begun = reading.begun[step]!;
  const ended = reading.ended[step]!;
  const first = Math.max(0, begun - MOST_SHOWN);
  const shown = reading.messages.slice(first, begun);
  return (
    <div class="read-messages">
      {first > 0 && <p class="placeholder">{first.toLocaleString("en")} earlier messages are not shown.</p>}
      {shown.map((message, at) => {
        const index = first + at;
        const isGrowing = index >= ended;
        return (
          <OneMessage
            key={index}
            index={index}
            message={message}
            length={isGrowing ? reading.length[step]! : message.text.length}
            isGrowing={isGrowing}
            isLit={index === lit}
            onPoint={onPoint}
          />
        );
      })}
    </div>
  );
}

interface OneMessageProps {
  readonly index: number;
  readonly message: ReadMessage;
  readonly length: number;
  readonly isGrowing: boolean;
  readonly isLit: boolean;
  readonly onPoint: (message: number | undefined) => void;
}

const OneMessage = memo(function OneMessage({ index, message, length, isGrowing, isLit, onPoint }: OneMessageProps) {
  const { role, name, channel, recipient, content_type, text, ending } = message;
  const shown = text.slice(Math.max(0, length - LONGEST_SHOWN), length);
  return (
    <article
      class={`message role-${role}${isLit ? " is-lit" : ""}${isGrowing ? " is-growing" : ""}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: focus lights its tokens, as the pointer does
      tabIndex={0}
      aria-label={`Message ${index + 1}`}
      onPointerEnter={() => onPoint(index)}
      onPointerLeave={() => onPoint(undefined)}
      onFocus={() => onPoint(index)}
      onBlur={() => onPoint(undefined)}
    >
      <h3>
        <span class="who">{name ?? role}</span>
        {channel !== undefined && <span class="where">{channel}</span>}
        {recipient !== undefined && <span class="where">to {recipient}</span>}
        {content_type !== undefined && <span class="where">{content_type.replace("<|constrain|>", "")}</span>}
        <span class="amount">{isGrowing ? "…" : ending}</span>
      </h3>
      <p class="read-text">
        {shown.length < length && "… "}
        {shown}
      </p>
    </article>
  );
});
