import { useEffect, useState } from "preact/hooks";
import { Compare } from "./compare/compare.js";
import { TABS, type Tab } from "./link/page-state.js";
import { ShareButton } from "./link/share-button.js";
import { usePageState } from "./link/use-page-state.js";
import { ParseTab } from "./parse/parse-tab.js";
import { PromptTab } from "./prompt/prompt-tab.js";
import { SchemaTab } from "./schema/schema-tab.js";
import { ThemeSelect } from "./theme-select.js";

const NAMES: Readonly<Record<Tab, { readonly name: string; readonly about: string }>> = {
  prompt: { name: "Prompt", about: "A conversation, as the model sees it." },
  parse: { name: "Completion", about: "What a model wrote, read token by token." },
  compare: { name: "Compare", about: "The same conversation, as a chat template renders it." },
  schema: { name: "Type schema", about: "A JSON schema, as the model reads it." },
};

export function App() {
  const { state, notice, isLink, change, visit } = usePageState();
  const [isNoticeRead, setNoticeRead] = useState(false);
  useEffect(() => setNoticeRead(false), [notice]);
  useEffect(() => {
    if (state !== undefined) document.title = `${NAMES[state.tab].name} · Harmony playground`;
  }, [state?.tab]);

  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place in the page, without a script, too */}
      <a class="skip" href="#work" onClick={skipToWork}>
        Skip to the work
      </a>
      <header class="head">
        <div class="brand">
          <span class="mark" aria-hidden="true">
            H
          </span>
          <h1>Harmony playground</h1>
        </div>
        <nav class="tabs" aria-label="What to look at">
          {TABS.map((tab) => (
            <button
              type="button"
              key={tab}
              aria-current={state?.tab === tab ? "page" : undefined}
              onClick={() => visit({ tab })}
            >
              {NAMES[tab].name}
            </button>
          ))}
        </nav>
        <div class="head-tools">
          <ShareButton isLink={isLink} />
        </div>
      </header>
      {notice !== undefined && !isNoticeRead && (
        <div class="notice" role="alert">
          <p>{notice}</p>
          <button type="button" class="plain" onClick={() => setNoticeRead(true)}>
            Dismiss
          </button>
        </div>
      )}
      <main id="work" tabIndex={-1}>
        {state !== undefined && (
          <>
            <p class="about">{NAMES[state.tab].about}</p>
            {state.tab === "prompt" && (
              <PromptTab
                state={state.prompt}
                onChange={(prompt) => change({ prompt })}
                onLoad={(prompt) => visit({ prompt })}
              />
            )}
            {state.tab === "parse" && (
              <ParseTab
                state={state.parse}
                onChange={(parse) => change({ parse })}
                onLoad={(parse) => visit({ parse })}
              />
            )}
            {state.tab === "compare" && (
              <Compare
                state={state.compare}
                prompt={state.prompt}
                onChange={(compare) => change({ compare })}
                onEdit={() => visit({ tab: "prompt" })}
              />
            )}
            {state.tab === "schema" && <SchemaTab state={state.schema} onChange={(schema) => change({ schema })} />}
          </>
        )}
      </main>
      <footer class="foot">
        Everything here runs in your browser. Nothing that you write leaves it; a link carries it behind the #, which
        browsers do not send.
        <ThemeSelect />
      </footer>
    </>
  );
}

/** The fragment carries the state of the page, so this link must not become a part of it. */
function skipToWork(event: Event): void {
  event.preventDefault();
  document.getElementById("work")?.focus();
}
