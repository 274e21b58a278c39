import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

type Told = (isNear: boolean) => void;

const told = new WeakMap<Element, Told>();
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) told.get(entry.target)?.(entry.isIntersecting);
  },
  { rootMargin: "900px 0px", scrollMargin: "900px 0px" } as IntersectionObserverInit,
);

/** Whether an element is in view or will soon be. What is far away need not be made. */
export function useNearView<E extends HTMLElement>(): {
  ref: RefObject<E | null>;
  isNear: boolean;
  height: number | undefined;
} {
  const ref = useRef<E>(null);
  const height = useRef<number | undefined>(undefined);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const element = ref.current!;
    told.set(element, (now) => {
      // The place of what is taken away stays as high as it was.
      if (!now) height.current = element.offsetHeight || height.current;
      setNear(now);
    });
    observer.observe(element);
    return () => observer.unobserve(element);
  }, []);
  return { ref, isNear, height: height.current };
}
