import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { readFragment, UnreadableLink, writeFragment } from "./fragment.js";
import { FIRST_STATE, type PageState } from "./page-state.js";

interface UsedState {
  /** Absent until the link has been read. */
  readonly state: PageState | undefined;
  /** What the reader must know about the link that was opened. */
  readonly notice: string | undefined;
  /** Whether the address is a link that works elsewhere. */
  readonly isLink: boolean;
  /** Changes the state; the address follows. */
  readonly change: (part: Partial<PageState>) => void;
  /** As `change`, with an entry in the history, so that the browser's Back leads to what was before. */
  readonly visit: (part: Partial<PageState>) => void;
}

const DELAY = 250;

/** The state of the page, kept in the fragment of its address. */
export function usePageState(): UsedState {
  const [state, setState] = useState<PageState>();
  const [notice, setNotice] = useState<string>();
  const [isLink, setLink] = useState(true);
  const written = useRef("");
  const current = useRef<PageState>(FIRST_STATE);
  const timer = useRef(0);

  const read = useCallback(async () => {
    const fragment = location.hash.slice(1);
    if (fragment === written.current && fragment !== "") return;
    let found = FIRST_STATE;
    try {
      found = await readFragment(fragment);
      setNotice(undefined);
    } catch (error) {
      const isOurs = error instanceof UnreadableLink;
      setNotice(isOurs ? error.message : "This link cannot be read: the browser keeps no data for this page.");
    }
    written.current = fragment;
    current.current = found;
    setState(found);
  }, []);

  useEffect(() => {
    void read();
    addEventListener("popstate", read);
    return () => removeEventListener("popstate", read);
  }, [read]);

  const write = useCallback(async (isVisit: boolean) => {
    clearTimeout(timer.current);
    const { fragment, isLink: fits } = await writeFragment(current.current);
    setLink(fits);
    if (fragment === written.current) return;
    written.current = fragment;
    history[isVisit ? "pushState" : "replaceState"](null, "", `#${fragment}`);
  }, []);

  const change = useCallback(
    (part: Partial<PageState>) => {
      current.current = { ...current.current, ...part };
      setState(current.current);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void write(false), DELAY);
    },
    [write],
  );

  const visit = useCallback(
    (part: Partial<PageState>) => {
      // What was typed last belongs to the entry that is left.
      void write(false).then(() => {
        current.current = { ...current.current, ...part };
        setState(current.current);
        return write(true);
      });
    },
    [write],
  );

  return { state, notice, isLink, change, visit };
}
