import { useEffect, useRef, useState } from "preact/hooks";
import type { Answers, Question } from "./answers.js";
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
 */
export function useAnswer<Q extends Question>(question: Q): Used<Answers[Q["type"]]> {
  type A = Answers[Q["type"]];
  const [used, setUsed] = useState<Used<A>>({ answer: undefined, isWaiting: true, failure: undefined });
  const next = useRef<Q | undefined>(undefined);
  const isBusy = useRef(false);
  const isGone = useRef(false);
  // Texts can be long, and are compared as they are.
  const { text, kept, ...rest } = question as { readonly text?: string; readonly kept?: string };
  const key = JSON.stringify(rest);

  useEffect(() => {
    next.current = question;
    setUsed((last) => (last.isWaiting ? last : { ...last, isWaiting: true }));
    const timer = setTimeout(() => void run(), isBusy.current ? 0 : 60);
    return () => clearTimeout(timer);
  }, [key, text, kept]);

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
      const asked: Q = next.current;
      next.current = undefined;
      try {
        const answer = await ask(asked);
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
