import { useCallback, useState } from "preact/hooks";

interface Pointing {
  readonly at: number | undefined;
  readonly point: (at: number | undefined) => void;
  /** For the element around the tokens. */
  readonly handlers: {
    readonly onPointerOver: (event: PointerEvent) => void;
    readonly onClick: (event: MouseEvent) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
}

/** Where the pointer was last. Tokens that move below a pointer at rest, as the page scrolls, are not pointed at. */
let [lastX, lastY] = [-1, -1];
for (const type of ["pointermove", "pointerdown"] as const) {
  addEventListener(type, ({ screenX, screenY }) => ([lastX, lastY] = [screenX, screenY]), {
    capture: true,
    passive: true,
  });
}

/** Which token is pointed at, by the pointer or by the arrow keys. */
export function usePointing(count: number): Pointing {
  const [at, point] = useState<number>();
  const follow = useCallback((event: Event) => {
    const token = (event.target as Element).closest<HTMLElement>("[data-at]")?.dataset.at;
    if (token !== undefined) point(Number(token));
  }, []);
  const onPointerOver = (event: PointerEvent): void => {
    if (event.screenX !== lastX || event.screenY !== lastY) follow(event);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: 10,
      ArrowUp: -10,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (event.key === "Escape") point(undefined);
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, at === undefined ? 0 : at + step));
    point(next);
    const flow = event.currentTarget as Element;
    requestAnimationFrame(() => flow.querySelector(`[data-at="${next}"]`)?.scrollIntoView({ block: "nearest" }));
  };
  return { at, point, handlers: { onPointerOver, onClick: follow, onKeyDown } };
}
