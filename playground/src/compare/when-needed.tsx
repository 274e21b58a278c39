import { type ComponentType, createElement, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component that the page loads when it is first shown. */
export function whenNeeded<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => JSX.Element | null {
  return function WhenNeeded(props: P) {
    const [loaded, setLoaded] = useState<{ readonly Part: ComponentType<P> } | "failed">();
    useEffect(() => {
      load().then(
        (Part) => setLoaded({ Part }),
        () => setLoaded("failed"),
      );
    }, []);
    if (loaded === undefined) return null;
    if (loaded !== "failed") return createElement(loaded.Part, props);
    return (
      <p class="problem is-error" role="alert">
        This part of the page could not be loaded; reload the page.
      </p>
    );
  };
}
