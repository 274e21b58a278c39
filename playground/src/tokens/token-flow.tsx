import { type ComponentChildren, Fragment, type VNode } from "preact";
import { useMemo } from "preact/hooks";
import { memo } from "../memo.js";
import { FIRST_SPECIAL, type Pieces } from "../worker/answers.js";
import { useNearView } from "./near-view.js";

type Range = readonly [start: number, end: number];

interface FlowProps {
  readonly pieces: Pieces;
  readonly start: number;
  readonly end: number;
  readonly view: "text" | "tokens";
  /** The token that the reader is at. */
  readonly current?: number | undefined;
  /** Tokens that are pointed out. */
  readonly lit?: Range | undefined;
  /** Tokens that something is wrong with. */
  readonly marked?: readonly Range[] | undefined;
  /** Tokens from here on have not been read yet. */
  readonly readTo?: number | undefined;
  /** Where two runs are shown in one: for each token, who has it, as in a {@link Difference}. */
  readonly sides?: Uint8Array | undefined;
}

/** A run of tokens as they follow each other, made only where the reader is. */
export function TokenFlow({ pieces, start, end, view, current, lit, marked, readTo, sides }: FlowProps) {
  const blocks = useMemo(() => blocksOf(pieces, start, end), [pieces, start, end]);
  return (
    <div class={`flow flow-${view}`}>
      {blocks.map(([from, to]) => (
        <Block
          key={from}
          pieces={pieces}
          from={from}
          to={to}
          view={view}
          current={current !== undefined && current >= from && current < to ? current : -1}
          litFrom={lit === undefined ? 0 : clamp(lit[0], from, to)}
          litTo={lit === undefined ? 0 : clamp(lit[1], from, to)}
          marked={marked}
          readTo={readTo === undefined ? to : clamp(readTo, from, to)}
          sides={sides}
        />
      ))}
    </div>
  );
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

const SHORTEST = 60;
const LONGEST = 240;

/** Blocks end with a line where there is one, so that the text flows as if it were whole. */
function blocksOf({ text, ends }: Pieces, start: number, end: number): Range[] {
  const blocks: Range[] = [];
  let from = start;
  for (let at = start; at < end; at++) {
    const length = at + 1 - from;
    if (length < SHORTEST) continue;
    const isLine = text.charCodeAt(ends[at]! - 1) === 10;
    if (isLine || length >= LONGEST) {
      blocks.push([from, at + 1]);
      from = at + 1;
    }
  }
  if (from < end) blocks.push([from, end]);
  return blocks;
}

interface BlockProps {
  readonly pieces: Pieces;
  readonly from: number;
  readonly to: number;
  readonly view: "text" | "tokens";
  readonly current: number;
  readonly litFrom: number;
  readonly litTo: number;
  readonly marked: readonly Range[] | undefined;
  readonly readTo: number;
  readonly sides: Uint8Array | undefined;
}

const Block = memo(function Block(props: BlockProps) {
  const { pieces, from, to } = props;
  const { ref, isNear, height } = useNearView<HTMLDivElement>();
  const lines = (): number => {
    const text = textOf(pieces, from, to);
    return Math.ceil(text.length / 90) + text.split("\n").length - 1;
  };
  const style = isNear ? undefined : { height: `${height ?? lines() * 25}px` };
  return (
    <div class="block" ref={ref} style={style} data-from={from}>
      {isNear && (props.sides === undefined ? contentOf(props) : bySide(props, props.sides))}
    </div>
  );
});

function contentOf(props: BlockProps): ComponentChildren {
  const { from, to } = props;
  return props.view === "text" && props.current < 0 ? runsOf(props.pieces, from, to) : tokensOf(props, from, to);
}

/** What both runs have as it is; what one of them has marked, for those who do not see the colours, too. */
function bySide(props: BlockProps, sides: Uint8Array): ComponentChildren[] {
  const { pieces, from, to, view, current } = props;
  const parts: ComponentChildren[] = [];
  for (let start = from; start < to; ) {
    const side = sides[start]!;
    let end = start + 1;
    while (end < to && sides[end] === side) end += 1;
    const Mark = side === 0 ? Fragment : side === 1 ? "del" : "ins";
    const text = (first: number, last: number) => runsOf(pieces, first, last, side !== 0);
    // As text, the token that the reader is at stands out, and nothing else changes.
    const content =
      view === "tokens"
        ? tokensOf(props, start, end)
        : current < start || current >= end
          ? text(start, end)
          : [text(start, current), tokensOf(props, current, current + 1), text(current + 1, end)];
    parts.push(
      <Mark key={start} {...(side === 0 ? {} : { "data-at": start })}>
        {content}
      </Mark>,
    );
    start = end;
  }
  return parts;
}

function textOf({ text, ends }: Pieces, from: number, to: number): string {
  return text.slice(from === 0 ? 0 : ends[from - 1], to === 0 ? 0 : ends[to - 1]);
}

/**
 * Special tokens as chips, everything else as text.
 * @param spells Whether line breaks are shown.
 */
function runsOf(pieces: Pieces, from: number, to: number, spells = false): ComponentChildren[] {
  const text = (first: number, last: number): string => {
    const run = textOf(pieces, first, last);
    return spells ? visible(run) : run;
  };
  const runs: ComponentChildren[] = [];
  let start = from;
  for (let at = from; at < to; at++) {
    if (pieces.tokens[at]! < FIRST_SPECIAL) continue;
    if (start < at) runs.push(text(start, at));
    runs.push(<Chip key={at} text={textOf(pieces, at, at + 1)} at={at} extra="" />);
    start = at + 1;
  }
  if (start < to) runs.push(text(start, to));
  return runs;
}

function tokensOf({ pieces, current, litFrom, litTo, marked, readTo }: BlockProps, from: number, to: number): VNode[] {
  const tokens: VNode[] = [];
  for (let at = from; at < to; at++) {
    const id = pieces.tokens[at]!;
    const text = textOf(pieces, at, at + 1);
    const classes = [
      at === current ? " is-current" : "",
      at >= litFrom && at < litTo ? " is-lit" : "",
      at >= readTo ? " is-unread" : "",
      marked?.some(([start, end]) => at >= start && at < end) ? " is-marked" : "",
    ].join("");
    if (id >= FIRST_SPECIAL) tokens.push(<Chip key={at} text={text} at={at} extra={classes} />);
    else {
      tokens.push(
        <span key={at} class={`piece hue-${at % 5}${text === "" ? " is-part" : ""}${classes}`} data-at={at}>
          {text === "" ? "◌" : visible(text)}
        </span>,
      );
    }
  }
  return tokens;
}

/** Line breaks are shown, as they are a part of the token. */
function visible(text: string): string {
  return text.replace(/\n/g, "↵\n").replace(/\r/g, "␍").replace(/\t/g, "⇥\t");
}

/** A marker. Its brackets are there for whoever copies the text, and are not shown. */
function Chip({ text, at, extra }: { readonly text: string; readonly at: number; readonly extra: string }) {
  const name = text.slice(2, -2);
  return (
    <span class={`chip chip-${name.replace(/[^a-z]/g, "")}${extra}`} data-at={at}>
      <i>{text.slice(0, 2)}</i>
      {name}
      <i>{text.slice(-2)}</i>
    </span>
  );
}
