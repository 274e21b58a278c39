import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CopyAs } from "../copy-as.js";
import type { PageState } from "../link/page-state.js";
import { Inspector } from "../tokens/inspector.js";
import { TokenFlow } from "../tokens/token-flow.js";
import { usePointing } from "../tokens/use-pointing.js";
import type { ParseAnswer, Reading } from "../worker/answers.js";
import { DiagnosticList } from "./diagnostic-list.js";
import { HeaderBeingRead, MessageList } from "./message-list.js";
import { formsOf } from "./saved-case.js";

type ParseState = PageState["parse"];
type Completion = NonNullable<ParseAnswer["completion"]>;

interface PlayerProps {
  readonly completion: Completion;
  readonly reading: Reading;
  readonly state: ParseState;
  readonly onStep: (step: number) => void;
  readonly onMode: (mode: ParseState["mode"]) => void;
}

const STATES = ["a message is expected", "reading a header", "reading content"];
const MODES = ["resilient", "strict", "permissive"] as const;

/** Steps through a completion, or plays it, and shows what the parser knows at each step. */
export function Player({ completion, reading, state, onStep, onMode }: PlayerProps) {
  const { pieces, readings } = completion;
  const count = pieces.tokens.length;
  // One step beyond the last token: the end of the input.
  const last = count + 1;
  const step = state.step < 0 || state.step > last ? last : state.step;
  const [speed, setSpeed] = useState(20);
  const { isPlaying, toggle } = usePlay(step, last, speed, onStep);
  const pointing = usePointing(count);
  const [pointedMessage, pointMessage] = useState<number>();
  const strip = useRef<HTMLElement>(null);

  const lit = useMemo(() => {
    const message = pointedMessage === undefined ? undefined : reading.messages[pointedMessage];
    return message === undefined ? undefined : ([message.start, message.end] as const);
  }, [pointedMessage, reading]);
  const marked = useMemo(
    () =>
      reading.diagnostics
        .filter((diagnostic) => diagnostic.step <= step)
        .map(({ start, end }) => [start, Math.max(end, start)] as const),
    [reading, reading.diagnostics.filter((diagnostic) => diagnostic.step <= step).length],
  );
  const at = pointing.at ?? (step === 0 ? undefined : Math.min(step, count) - 1);
  const around = reading.messages.findIndex(
    ({ start, end }) => pointing.at !== undefined && pointing.at >= start && pointing.at < end,
  );
  useEffect(() => {
    if (step === 0 || step > count) return;
    const token = strip.current?.querySelector(`[data-at="${step - 1}"]`);
    if (token instanceof HTMLElement) keepInView(strip.current!, token);
  }, [step]);

  return (
    <>
      <div class="panel-head">
        <h2 id="reading-title">Reading</h2>
        <p class="figures">
          {step > count ? "the end" : `token ${step.toLocaleString("en")}`} of <b>{count.toLocaleString("en")}</b>
        </p>
      </div>
      <div class="bar">
        <fieldset class="switch">
          <legend class="unseen">Mode</legend>
          {MODES.map((mode) => (
            <label key={mode}>
              <input
                type="radio"
                name="mode"
                checked={reading.mode === mode}
                disabled={!readings.some((one) => one.mode === mode)}
                onChange={() => onMode(mode)}
              />
              <span>{mode}</span>
            </label>
          ))}
        </fieldset>
        <CopyAs label="Save the case as" forms={formsOf(completion, reading, state)} />
      </div>
      <div class="player">
        <button type="button" onClick={() => onStep(0)} aria-label="To the beginning" disabled={step === 0}>
          «
        </button>
        <button
          type="button"
          onClick={() => onStep(Math.max(0, step - 1))}
          aria-label="One token back"
          disabled={step === 0}
        >
          ‹
        </button>
        <button type="button" class="strong" onClick={toggle}>
          {isPlaying ? "Pause" : "Play"}
        </button>
        <button
          type="button"
          onClick={() => onStep(Math.min(last, step + 1))}
          aria-label="One token on"
          disabled={step === last}
        >
          ›
        </button>
        <button type="button" onClick={() => onStep(last)} aria-label="To the end" disabled={step === last}>
          »
        </button>
        <input
          type="range"
          class="slider"
          min={0}
          max={last}
          value={step}
          aria-label="Tokens read"
          aria-valuetext={step > count ? "the end" : `${step} of ${count} tokens`}
          onInput={(event) => onStep(Number(event.currentTarget.value))}
        />
        <label>
          <span class="unseen">Tokens a second</span>
          <select value={speed} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
            <option value={3}>3/s</option>
            <option value={20}>20/s</option>
            <option value={100}>100/s</option>
            <option value={1000}>1000/s</option>
          </select>
        </label>
      </div>
      <section
        class="prompt strip"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk from token to token
        tabIndex={0}
        aria-label="Tokens. The arrow keys walk from token to token."
        ref={strip}
        {...pointing.handlers}
        onPointerLeave={() => pointing.point(undefined)}
      >
        <TokenFlow
          pieces={pieces}
          start={0}
          end={count}
          view="tokens"
          current={at}
          lit={lit}
          marked={marked}
          readTo={step}
        />
      </section>
      <Inspector pieces={pieces} at={at} offset={undefined} hint="Nothing has been read yet." />
      <p class="state">
        <span class={`state-dot state-${reading.state[step]}`} aria-hidden="true" />
        {step > count ? "The input has ended." : `After ${step} tokens: ${STATES[reading.state[step]!]}.`}
      </p>
      {step <= count && reading.state[step] === 1 && <HeaderBeingRead pieces={pieces} reading={reading} step={step} />}
      {reading.error !== undefined && step > reading.error.token && (
        <p class="problem is-error" role="status">
          <strong>{reading.mode} gives up</strong> {reading.error.message}
        </p>
      )}
      <MessageList reading={reading} step={step} lit={around} onPoint={pointMessage} />
      <DiagnosticList reading={reading} step={step} onToken={(token) => onStep(Math.min(last, token + 1))} />
    </>
  );
}

/** Scrolls the strip alone, never the page. */
function keepInView(box: HTMLElement, token: HTMLElement): void {
  const [outer, inner] = [box.getBoundingClientRect(), token.getBoundingClientRect()];
  if (inner.top < outer.top + 8) box.scrollTop -= outer.top + 40 - inner.top;
  else if (inner.bottom > outer.bottom - 8) box.scrollTop += inner.bottom - outer.bottom + 40;
}

function usePlay(
  step: number,
  last: number,
  speed: number,
  onStep: (step: number) => void,
): { isPlaying: boolean; toggle: () => void } {
  const [isPlaying, setPlaying] = useState(false);
  const now = useRef({ step, onStep });
  now.current = { step, onStep };
  useEffect(() => {
    if (!isPlaying) return;
    let [frame, before, owed] = [0, performance.now(), 0];
    const tick = (time: number): void => {
      owed += (Math.max(0, time - before) / 1000) * speed;
      before = time;
      const steps = Math.floor(owed);
      if (steps > 0) {
        owed -= steps;
        const next = Math.min(last, now.current.step + steps);
        now.current.onStep(next);
        if (next === last) {
          setPlaying(false);
          return;
        }
      }
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed, last]);
  const toggle = (): void => {
    if (!isPlaying && now.current.step === last) now.current.onStep(0);
    setPlaying(!isPlaying);
  };
  return { isPlaying, toggle };
}
