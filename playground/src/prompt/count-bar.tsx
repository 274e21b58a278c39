import { useMemo } from "preact/hooks";
import type { PromptMessage } from "../worker/answers.js";

interface CountBarProps {
  readonly messages: readonly PromptMessage[];
  /** Tokens of the whole prompt. */
  readonly count: number;
}

const SECTIONS = ["header", "content", "terminator"];
const MOST_SEGMENTS = 120;

/** How the tokens of a prompt are shared among its messages. */
export function CountBar({ messages, count }: CountBarProps) {
  const segments = useMemo(() => segmentsOf(messages), [messages]);
  const [roles, sections] = useMemo(() => {
    const sums = new Map<string, number>();
    const bySection = [0, 0, 0];
    for (const { role, start, end, offset, sections: own } of messages) {
      if (offset < 0) continue;
      sums.set(role, (sums.get(role) ?? 0) + end - start);
      for (const [index, amount] of own.entries()) bySection[index]! += amount;
    }
    return [[...sums], bySection];
  }, [messages]);
  if (count === 0) return null;
  return (
    <div class="counts">
      <div class="count-bar" aria-hidden="true">
        {segments.map(({ role, amount, header, terminator, title }, index) => {
          const [from, to] = [`${(header / amount) * 100}%`, `${(1 - terminator / amount) * 100}%`];
          const style = { flexGrow: amount, "--from": from, "--to": to };
          return <span key={index} class={`role-${role}`} style={style} title={title} />;
        })}
      </div>
      <dl class="count-keys">
        {roles.map(([role, amount]) => (
          <div key={role} class={`role-${role}`}>
            <dt>{role}</dt>
            <dd>{amount.toLocaleString("en")}</dd>
          </div>
        ))}
      </dl>
      <dl class="count-keys">
        {SECTIONS.map((section, index) => (
          <div key={section} class={`section-${section}`}>
            <dt>{section}</dt>
            <dd>{sections[index]!.toLocaleString("en")}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

interface Segment {
  readonly role: string;
  readonly amount: number;
  readonly header: number;
  readonly terminator: number;
  readonly title: string;
}

/** A segment for each message, or, where there are many, for some that follow each other. */
function segmentsOf(messages: readonly PromptMessage[]): Segment[] {
  const kept = messages.filter(({ offset }) => offset >= 0);
  const size = Math.ceil(kept.length / MOST_SEGMENTS);
  const segments: Segment[] = [];
  for (let at = 0; at < kept.length; at += size) {
    const group = kept.slice(at, at + size);
    const longest = group.reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a));
    const amount = group.reduce((sum, { start, end }) => sum + end - start, 0);
    const what =
      group.length === 1
        ? `${longest.role}${longest.channel ? `, ${longest.channel}` : ""}`
        : `${group.length} messages`;
    const [header, content, terminator] = [0, 1, 2].map((section) =>
      group.reduce((sum, { sections }) => sum + sections[section]!, 0),
    ) as [number, number, number];
    const title = `${what}: ${amount} tokens; header ${header}, content ${content}, terminator ${terminator}`;
    segments.push({ role: longest.role, amount, header, terminator, title });
  }
  return segments;
}
