import { z } from "zod";
import { DEFAULT_LIMITS, LIMIT_SCHEMAS, type Limits } from "../limits/limits.js";
import { ORIGIN } from "../settings/check-options.js";
import { ENGINES } from "../upstreams/engines.js";

/** A setting of the command: it is a flag, a variable of the environment, and a field of the configuration file. */
export interface Flag {
  /** `switch` has no value; `list` may be given several times, and is separated by commas in the environment. */
  readonly kind: "text" | "number" | "switch" | "list";
  /** What stands for the value in the help. */
  readonly placeholder?: string;
  readonly help: string;
  readonly schema: z.ZodType;
}

const address = z.custom<string>((value) => typeof value === "string" && isAddress(value), {
  error: "must be an address such as http://localhost:8080",
});

function isAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol } = new URL(value);
  return protocol === "http:" || protocol === "https:";
}

const text = z.string().min(1, { error: "must not be empty" });
const flag = z.boolean({ error: "must be true or false" });

function limitFlag(
  name: keyof Limits,
  placeholder: string,
  what: string,
): Flag & { readonly schema: z.ZodType<number> } {
  const unit = placeholder === "MS" ? " milliseconds" : "";
  return {
    kind: "number",
    placeholder,
    help: `${what} Default: ${DEFAULT_LIMITS[name]}${unit}.`,
    schema: LIMIT_SCHEMAS[name],
  };
}

/** Every flag, by its name, in the order of the help. */
export const FLAGS = {
  engine: {
    kind: "text",
    placeholder: "NAME",
    help: `What runs behind --upstream: ${Object.keys(ENGINES).join(", ")}. Default: llama.cpp.`,
    schema: z.enum(Object.keys(ENGINES) as [keyof typeof ENGINES], {
      error: `must be one of ${Object.keys(ENGINES).join(", ")}`,
    }),
  },
  upstream: {
    kind: "list",
    placeholder: "URL",
    help: "The address of the engine. Several times for several engines, which share the work.",
    schema: z.array(address),
  },
  "upstream-key": {
    kind: "text",
    placeholder: "KEY",
    help: "The key that the engine asks for. Better in HARMONY_GATEWAY_UPSTREAM_KEY, where no list of processes shows it.",
    schema: text,
  },
  "upstream-requests": {
    kind: "number",
    placeholder: "N",
    help: "How many requests an engine works on at once, such as the slots of a llama-server; others wait. Default: no limit.",
    schema: LIMIT_SCHEMAS.concurrentRequests,
  },
  demo: {
    kind: "switch",
    help: "Runs a scripted model inside, to see everything work without an engine.",
    schema: flag,
  },
  model: {
    kind: "list",
    placeholder: "NAME",
    help: "The name of the model, which requests must say, and vLLM and Ollama are told. Several times for other names of it. Default: any name will do.",
    schema: z.array(text),
  },
  unsupported: {
    kind: "text",
    placeholder: "WHAT",
    help: "What becomes of something in a request that gpt-oss cannot do, such as an image: error, or drop. Default: drop.",
    schema: z.enum(["error", "drop"], { error: "must be error or drop" }),
  },
  host: {
    kind: "text",
    placeholder: "HOST",
    help: "The address to listen on; 0.0.0.0 for every one. Default: 127.0.0.1, for this machine only.",
    schema: text,
  },
  port: {
    kind: "number",
    placeholder: "PORT",
    help: "The port to listen on; 0 for any that is free. Default: 8787.",
    schema: z.custom<number>((value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535, {
      error: "must be a port from 0 to 65535",
    }),
  },
  state: {
    kind: "text",
    placeholder: "WHERE",
    help: "Where responses are kept: memory, sqlite:FILE, redis://HOST:PORT or valkey://HOST:PORT. Default: memory.",
    schema: z.string().regex(/^(?:memory$|sqlite:.|rediss?:\/\/|valkeys?:\/\/)/, {
      error: "must be memory, sqlite:FILE, redis://HOST:PORT or valkey://HOST:PORT",
    }),
  },
  tools: {
    kind: "list",
    placeholder: "TOOL=…",
    help: "A tool that the gateway runs itself: apply-patch=FOLDER, where the model can then change files; browser=exa or browser=you, with the service's key in EXA_API_KEY or YDC_API_KEY. Default: none.",
    schema: z.array(text),
  },
  playground: {
    kind: "text",
    placeholder: "FOLDER",
    help: "Serves the files of a folder at /playground/. Default: the playground that comes with the package.",
    schema: text,
  },
  "api-keys-file": {
    kind: "text",
    placeholder: "FILE",
    help: "A file with the keys of which a request must bring one, a key a line; # begins a comment.",
    schema: text,
  },
  "api-key": {
    kind: "list",
    placeholder: "KEY",
    help: "A key that a request may bring. Better in HARMONY_GATEWAY_API_KEYS, separated by commas.",
    schema: z.array(text),
  },
  "allow-host": {
    kind: "list",
    placeholder: "NAME",
    help: "Another name that requests may use for this machine. It matters only on 127.0.0.1 without keys.",
    schema: z.array(text),
  },
  cors: {
    kind: "list",
    placeholder: "ORIGIN",
    help: "A web page that may ask, such as https://chat.example; * for any. Default: none.",
    schema: z.array(ORIGIN),
  },
  "log-level": {
    kind: "text",
    placeholder: "LEVEL",
    help: "What is logged, to standard error: trace, debug, info, warn, error, fatal or silent. Default: info.",
    schema: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], {
      error: "must be trace, debug, info, warn, error, fatal or silent",
    }),
  },
  "log-prompts": { kind: "switch", help: "Logs the bodies of requests as well.", schema: flag },
  "body-bytes": limitFlag("bodyBytes", "N", "How large the body of a request may be, in bytes."),
  "prompt-tokens": limitFlag("promptTokens", "N", "How many tokens a prompt may have."),
  "output-tokens": limitFlag("outputTokens", "N", "How many tokens a completion gets at most."),
  "concurrent-requests": limitFlag("concurrentRequests", "N", "How many requests are worked on at once."),
  "queued-requests": limitFlag("queuedRequests", "N", "How many more wait for their turn."),
  "queue-timeout": limitFlag("queueTimeout", "MS", "How long a request waits for its turn."),
  "first-token-timeout": limitFlag("firstTokenTimeout", "MS", "How long an engine may take to its first token."),
  "token-timeout": limitFlag("tokenTimeout", "MS", "How long an engine may take from one token to the next."),
  "idle-timeout": limitFlag("idleTimeout", "MS", "How long a client may take nothing of its answer."),
  "request-timeout": {
    kind: "number",
    placeholder: "MS",
    help: "How long a request may take to arrive, body and all. Default: 60000 milliseconds.",
    schema: LIMIT_SCHEMAS.idleTimeout,
  },
  "drain-timeout": {
    kind: "number",
    placeholder: "MS",
    help: "How long answers that have begun may go on when the gateway is told to stop. Default: 30000 milliseconds.",
    schema: LIMIT_SCHEMAS.idleTimeout,
  },
  heartbeat: {
    kind: "number",
    placeholder: "MS",
    help: "Writes a comment into a stream that has been quiet for so long, for proxies that would end it. Default: never.",
    schema: LIMIT_SCHEMAS.idleTimeout,
  },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;

/** The values of the flags that are set, wherever they came from. */
export type FlagValues = { readonly [Name in FlagName]?: z.infer<(typeof FLAGS)[Name]["schema"]> };

/** The variable of the environment that stands for a flag. */
export function variableOf(name: FlagName): string {
  if (name === "api-key") return "HARMONY_GATEWAY_API_KEYS";
  return `HARMONY_GATEWAY_${name.toUpperCase().replaceAll("-", "_")}`;
}
