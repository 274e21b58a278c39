import { useEffect, useState } from "preact/hooks";
import type { CompareTab } from "./compare-tab.js";

type Loaded = { readonly Tab: typeof CompareTab } | "failed";

/** The tab Compare, which the page loads when it is first opened, and the template engine with it. */
export function Compare(props: Parameters<typeof CompareTab>[0]) {
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    import("./compare-tab.js").then(
      ({ CompareTab: Tab }) => setLoaded({ Tab }),
      () => setLoaded("failed"),
    );
  }, []);
  if (loaded === undefined) return null;
  if (loaded !== "failed") return <loaded.Tab {...props} />;
  return (
    <p class="problem is-error" role="alert">
      This part of the page could not be loaded; reload the page.
    </p>
  );
}
