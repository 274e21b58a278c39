import { useEffect, useRef, useState } from "preact/hooks";
import type { Answers } from "./answers.js";
import { ask } from "./ask.js";

interface Used<A> {
  /** The last answer; it stays while the next one is awaited. */
  readonly answer: A | undefined;
  readonly isWaiting: boolean;
  readonly failure: string | undefined;
}

/**
 * Asks the worker again whenever the question changes. While the worker is busy, only the newest question waits: typing never
 * makes a queue.
 * @param question Always with the same fields.
 * @param asked Who answers, if not the worker that answers nearly all.
 */
export function useAnswer<Q extends { readonly type: keyof Answers }>(
  question: Q,
  asked: (question: Q) => Promise<Answers[Q["type"]]> = ask as never,
): Used<Answers[Q["type"]]> {
  type A = Answers[Q["type"]];
  const [used, setUsed] = useState<Used<A>>({ answer: undefined, isWaiting: true, failure: undefined });
  const next = useRef<Q | undefined>(undefined);
  const isBusy = useRef(false);
  const isGone = useRef(false);
  useEffect(() => {
    next.current = question;
    setUsed((last) => (last.isWaiting ? last : { ...last, isWaiting: true }));
    const timer = setTimeout(() => void run(), isBusy.current ? 0 : 60);
    return () => clearTimeout(timer);
  }, Object.values(question));

  useEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );

  const run = async (): Promise<void> => {
    if (isBusy.current) return;
    isBusy.current = true;
    while (next.current !== undefined && !isGone.current) {
      const newest: Q = next.current;
      next.current = undefined;
      try {
        const answer = await asked(newest);
        const isWaiting = next.current !== undefined;
        if (!isGone.current) setUsed({ answer, isWaiting, failure: undefined });
      } catch (error) {
        if (!isGone.current) setUsed({ answer: undefined, isWaiting: false, failure: (error as Error).message });
      }
    }
    isBusy.current = false;
  };
  return used;
}
