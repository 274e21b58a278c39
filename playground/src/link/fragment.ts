import { FIRST_STATE, type PageState, TABS, type Tab } from "./page-state.js";

/**
 * The state as a URL's fragment: `v1.` and the state as JSON, deflated, in base64url. What is as it was at first is left out.
 * A state too long for a link is kept in the browser's own store, and the fragment names it: `k1.` and the key.
 */
const VERSION = "v1.";
const KEPT = "k1.";
/** Longer texts make links that other programs cut. */
const LONGEST_LINKED = 200_000;
/** A link of a few bytes must not unfold into gigabytes. */
const LONGEST_UNFOLDED = 64_000_000;

/** Each page has a place of its own in the store, so that two pages do not take it from each other. */
const OWN_KEY = `${Date.now()}-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
/** How many long texts are kept; the oldest goes first. */
const MOST_KEPT = 8;

export class UnreadableLink extends Error {}

type Shallow<T> = { [K in keyof T]?: Partial<T[K]> };

/** @returns Whether the state fits into a link, and the fragment. */
export async function writeFragment(state: PageState): Promise<{ fragment: string; isLink: boolean }> {
  const json = JSON.stringify(changesOf(state));
  if (json.length > LONGEST_LINKED) {
    await keep(json);
    return { fragment: KEPT + OWN_KEY, isLink: false };
  }
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const base64 = btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  return { fragment: VERSION + base64, isLink: true };
}

/** @throws UnreadableLink with a word for the reader of the page. */
export async function readFragment(fragment: string): Promise<PageState> {
  if (fragment === "") return FIRST_STATE;
  if (fragment.startsWith(KEPT)) {
    const store = await openStore("readonly");
    const kept = await finished(store.get(fragment.slice(KEPT.length)));
    if (typeof kept === "string") return stateOf(JSON.parse(kept));
    throw new UnreadableLink(
      "This link belongs to a text that was too long for a link and was kept in another browser.",
    );
  }
  const version = /^v(\d+)\./.exec(fragment)?.[1];
  if (version !== undefined && version !== "1") {
    throw new UnreadableLink("This link was made by a newer version of the page. Open it there, or begin here afresh.");
  }
  if (version === undefined) throw new UnreadableLink("This link is not one of this page; it may have been cut.");
  let value: unknown;
  try {
    value = JSON.parse(await unfold(fragment.slice(VERSION.length)));
  } catch {
    throw new UnreadableLink("This link is damaged: it may have been cut on its way. Ask for it again.");
  }
  return stateOf(value);
}

async function unfold(base64: string): Promise<string> {
  const binary = atob(base64.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > LONGEST_UNFOLDED) throw new RangeError("The link unfolds into too much text.");
  }
}

function changesOf(state: PageState): Shallow<PageState> {
  const changes: Record<string, unknown> = { tab: state.tab };
  for (const key of TABS) {
    const first = FIRST_STATE[key] as Readonly<Record<string, unknown>>;
    const changed = Object.entries(state[key]).filter(([name, value]) => value !== first[name]);
    if (changed.length > 0) changes[key] = Object.fromEntries(changed);
  }
  return changes as Shallow<PageState>;
}

const ENDS = ["completion", "none", "training"];
const POLICIES = ["reference", "after-last-final", "this-turn", "all"];
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  "prompt.kind": ["auto", "conversation", "chat"],
  "prompt.end": ENDS,
  "prompt.keepAnalysis": POLICIES,
  "prompt.recipientPlace": ["role", "channel"],
  "prompt.edit": ["json", "cards"],
  "prompt.view": ["text", "tokens"],
  "prompt.against": [...ENDS, ...POLICIES, "kept", ""],
  "compare.view": ["text", "tokens"],
  "parse.mode": ["resilient", "strict", "permissive"],
};

/** Takes from a link what has the type of what it replaces, and nothing else. */
function stateOf(value: unknown): PageState {
  if (typeof value !== "object" || value === null) throw new UnreadableLink("This link holds no state of the page.");
  const given = value as Readonly<Record<string, unknown>>;
  const part = <K extends Tab>(key: K): PageState[K] => {
    const fields = given[key];
    const first = FIRST_STATE[key] as unknown as Readonly<Record<string, unknown>>;
    if (typeof fields !== "object" || fields === null) return FIRST_STATE[key];
    const taken = Object.entries(fields).filter(([name, field]) => {
      const choices = CHOICES[`${key}.${name}`];
      return Object.hasOwn(first, name) && typeof field === typeof first[name] && (choices?.includes(field) ?? true);
    });
    return { ...first, ...Object.fromEntries(taken) } as unknown as PageState[K];
  };
  const tab = TABS.find((name) => name === given.tab) ?? FIRST_STATE.tab;
  return { tab, prompt: part("prompt"), parse: part("parse"), compare: part("compare"), schema: part("schema") };
}

async function keep(json: string): Promise<void> {
  const store = await openStore("readwrite");
  await finished(store.put(json, OWN_KEY));
  const keys = await finished(store.getAllKeys());
  // The keys begin with the time, and come in order.
  await Promise.all(keys.slice(0, -MOST_KEPT).map((key) => finished(store.delete(key))));
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's store cannot be used."));
  });
}

/** The browser's store, opened for one action. */
async function openStore(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open("harmony-playground", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
  const database = await finished(opening);
  return database.transaction("kept", mode).objectStore("kept");
}
