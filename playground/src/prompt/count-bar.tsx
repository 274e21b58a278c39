import { useMemo } from "preact/hooks";
import type { PromptMessage } from "../worker/answers.js";

interface CountBarProps {
  readonly messages: readonly PromptMessage[];
  /** Tokens of the whole prompt. */
  readonly count: number;
}

const MOST_SEGMENTS = 120;

/** How the tokens of a prompt are shared among its messages. */
export function CountBar({ messages, count }: CountBarProps) {
  const segments = useMemo(() => segmentsOf(messages), [messages]);
  const roles = useMemo(() => {
    const sums = new Map<string, number>();
    for (const { role, start, end, offset } of messages) {
      if (offset >= 0) sums.set(role, (sums.get(role) ?? 0) + end - start);
    }
    return [...sums];
  }, [messages]);
  if (count === 0) return null;
  return (
    <div class="counts">
      <div class="count-bar" aria-hidden="true">
        {segments.map(({ role, amount, title }, index) => (
          <span key={index} class={`role-${role}`} style={{ flexGrow: amount }} title={title} />
        ))}
      </div>
      <dl class="count-roles">
        {roles.map(([role, amount]) => (
          <div key={role} class={`role-${role}`}>
            <dt>{role}</dt>
            <dd>{amount.toLocaleString("en")}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

interface Segment {
  readonly role: string;
  readonly amount: number;
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
    segments.push({ role: longest.role, amount, title: `${what}: ${amount} tokens` });
  }
  return segments;
}
