import type { Conversation } from "./conversation.js";

/** An upstream that could be sent a request, as far as the choice depends on it. */
export interface Candidate {
  /** How many requests it is working on. */
  readonly busy: number;
  /** How many it may work on at once. */
  readonly limit: number;
  /** How many marks of the conversation it has seen. */
  readonly matched: number;
  /** How near it is to the conversation; the nearest wins where all else is equal. */
  readonly nearness: number;
}

/** By how much an upstream's load may be above the average for the sake of its cache. */
const IMBALANCE = 1.25;

/**
 * Which upstream is sent a request. A new conversation goes to the least busy. One that goes on goes to where most of it is in
 * the cache; if no upstream is known to have any of it, to the nearest, which is where another gateway will have sent it.
 * But it goes there only if that upstream is then no more than a quarter above the average of all, or works on no more than
 * two: otherwise to the least busy, too. So one that everybody wants does not drown while others are idle.
 *
 * @returns `undefined` if all work on as many as they may.
 */
export function choose<Of extends Candidate>(candidates: readonly Of[], { isNew }: Conversation): Of | undefined {
  const preferred = firstOf(candidates, (one, other) => other.matched - one.matched || other.nearness - one.nearness);
  if (preferred === undefined) return undefined;
  const isWanted = !isNew || preferred.matched > 0;
  if (isWanted && hasRoom(preferred) && preferred.busy + 1 <= highestLoad(candidates)) return preferred;
  return firstOf(candidates.filter(hasRoom), (one, other) => one.busy - other.busy || other.nearness - one.nearness);
}

function hasRoom({ busy, limit }: Candidate): boolean {
  return busy < limit;
}

/** How many requests an upstream may be working on for the sake of its cache, the new one included. */
export function highestLoad(candidates: readonly Pick<Candidate, "busy">[]): number {
  const total = candidates.reduce((sum, { busy }) => sum + busy, 1);
  return Math.max(2, Math.ceil((IMBALANCE * total) / candidates.length));
}

function firstOf<Of>(all: readonly Of[], compare: (one: Of, other: Of) => number): Of | undefined {
  return all.reduce<Of | undefined>(
    (best, one) => (best === undefined || compare(one, best) < 0 ? one : best),
    undefined,
  );
}
