/**
 * A `fetch` that waits as long as it is told to. That of Node gives up after five minutes without a byte, which a long prompt
 * can take, since most engines say nothing before the first token. In other runtimes it is their own.
 */
export const patientFetch: typeof fetch = async (input, init) => {
  own ??= makeFetch();
  return (await own)(input, init);
};

let own: Promise<typeof fetch> | undefined;

async function makeFetch(): Promise<typeof fetch> {
  const versions: Readonly<Record<string, string | undefined>> = globalThis.process?.versions ?? {};
  if (versions.node === undefined || versions.bun !== undefined || versions.deno !== undefined) return fetch;
  const undici = await import("undici");
  // The upstream's own time limits are what ends a request.
  const dispatcher = new undici.Agent({ headersTimeout: 0, bodyTimeout: 0 });
  type Fetch = (input: unknown, init: object) => Promise<Response>;
  return (input, init) => (undici.fetch as unknown as Fetch)(input, { ...init, dispatcher });
}
