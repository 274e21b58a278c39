import type { z } from "zod";

/** Where a service of searches is, and who asks it. */
export interface ServiceOptions {
  /** Default: the environment variable of the service. */
  readonly apiKey?: string | undefined;
  /** Default: the service's own. */
  readonly baseURL?: string | undefined;
}

/** How much of an answer is read, in bytes. */
const MOST_BYTES = 32 * 1024 * 1024;

/** How much of an error is repeated, in UTF-16 units. */
const MOST_OF_ERROR = 500;

/**
 * Asks a service.
 * @param name What errors call it.
 * @param schema What its answer is.
 * @throws Error for all that goes wrong, without the key in it; the reason of the signal.
 */
export async function ask<Answer>(
  name: string,
  url: URL,
  init: RequestInit,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  let response: Response;
  try {
    // A service that leads elsewhere would be sent the key there.
    response = await fetch(url, { ...init, redirect: "error" });
  } catch (error) {
    init.signal?.throwIfAborted();
    throw new Error(`${name} cannot be reached`, { cause: error });
  }
  const text = await textOf(response, name);
  if (!response.ok) throw new Error(`${name} error ${response.status}: ${text.slice(0, MOST_OF_ERROR)}`);
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${name} has answered in a form that is not understood`, { cause: error });
  }
}

/** @throws TypeError where there is none. */
export function keyOf({ apiKey }: ServiceOptions, variable: string): string {
  const key = apiKey ?? globalThis.process?.env[variable];
  if (key === undefined || key === "") throw new TypeError(`give an apiKey, or set ${variable}`);
  return key;
}

async function textOf(response: Response, name: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Error(`${name} has answered with more than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
