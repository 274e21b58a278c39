import { ENGINES, type EngineName, engineName, HEALTH_PATHS } from "./engines.js";
import { patientFetch } from "./patient-fetch.js";
import type { Upstream } from "./upstream.js";

/** What the upstreams of a command line have in common. */
export interface UpstreamSettings {
  /** The name of the engine that runs there: `llama.cpp`, `vllm`, `vllm-generate`, `sglang` or `ollama`. */
  readonly engine: string;
  /** What the engine calls the model, where it has to be told. Default: `"gpt-oss"`. */
  readonly model?: string | undefined;
  /** The key that the engines want, which wins over a name and a password in an address. */
  readonly apiKey?: string | undefined;
  /** How long the first byte of an answer may take, in milliseconds. Default: 300,000. */
  readonly timeout?: number | undefined;
}

/**
 * The upstreams at some addresses, such as `http://user:password@127.0.0.1:8080`, for {@link createPool}.
 * @throws TypeError for an address or an engine that is none. No error shows a password.
 */
export function upstreamsAt(addresses: readonly string[], settings: UpstreamSettings): Upstream[] {
  if (addresses.length === 0) {
    throw new TypeError("there is no upstream; name one, such as --upstream http://127.0.0.1:8080");
  }
  const { model = "gpt-oss", apiKey, timeout } = settings;
  const name = engineName(settings.engine);
  // Where there is another upstream, the same one is not asked again.
  const maxRetries = addresses.length > 1 ? 0 : undefined;
  return addresses.map((address, index) => {
    const { base, headers } = readAddress(address, index, apiKey);
    return {
      engine: ENGINES[name](address.trim(), model, apiKey, { fetch: patientFetch, maxRetries, timeout }),
      address: base,
      check: (signal) => checkHealth(name, base, headers, signal),
    };
  });
}

/** An address without its credentials, and the headers that they are sent as. */
interface Place {
  readonly base: string;
  readonly headers: Headers;
}

function readAddress(given: string, index: number, apiKey: string | undefined): Place {
  const text = given.trim();
  // What cannot be read is not shown: nobody knows where in it the password is.
  const which = `the ${index === 0 ? "first" : `${index + 1}.`} upstream`;
  const example = "such as http://127.0.0.1:8080, or http://name:password@host:8080";
  if (!/^https?:\/\//i.test(text)) throw new TypeError(`${which} must begin with http:// or https://, ${example}`);
  if (!URL.canParse(text)) {
    throw new TypeError(
      `${which} is no address that can be read; write one ${example} (a password in it, percent-encoded)`,
    );
  }
  const url = new URL(text);
  if (url.search !== "" || url.hash !== "") {
    throw new TypeError(
      `${which}, on ${url.host}, has a query or a fragment, which the engine would not be asked with; leave it out`,
    );
  }
  const headers = new Headers();
  const basic = credentialsOf(url);
  if (basic === undefined) {
    throw new TypeError(
      `${which}, on ${url.host}, has a % in its name or password that is not percent-encoded; write %25`,
    );
  }
  if (apiKey !== undefined) headers.set("authorization", `Bearer ${apiKey}`);
  else if (basic !== "") headers.set("authorization", `Basic ${basic}`);
  return { base: url.origin + url.pathname.replace(/\/+$/, "").replace(/\/v1$/, ""), headers };
}

/** The name and the password as HTTP's basic authorization has them; nothing if there are none, `undefined` if they are broken. */
function credentialsOf({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return "";
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return btoa(String.fromCharCode(...new TextEncoder().encode(pair)));
  } catch {
    return undefined;
  }
}

/** Rejects if a server says that it cannot be used, or says nothing. */
async function checkHealth(engine: EngineName, base: string, headers: Headers, signal: AbortSignal): Promise<void> {
  // What stands before an engine may not let its own path through; what every one of them has is a list of models.
  for (const path of [HEALTH_PATHS[engine], "/v1/models"]) {
    const response = await ask(base + path, headers, signal);
    await response.body?.cancel();
    if (response.ok) return;
    if (response.status !== 404) throw new Error(`${base}${path} answers with status ${response.status}`);
  }
  throw new Error(`${base} answers to neither ${HEALTH_PATHS[engine]} nor /v1/models; is ${engine} there?`);
}

async function ask(url: string, headers: Headers, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal, redirect: "manual" });
  } catch (error) {
    signal.throwIfAborted();
    const { cause } = error as { cause?: { code?: unknown; message?: unknown } };
    throw new Error(`${url} cannot be reached (${cause?.code ?? cause?.message ?? error}); is it running?`, {
      cause: error,
    });
  }
}
