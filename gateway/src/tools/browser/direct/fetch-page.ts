import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { FetchedPage } from "../page.js";

/** How large a page may be, in bytes. */
const MOST_BYTES = 8 * 1024 * 1024;

/** How often a page may lead to another. */
const MOST_REDIRECTS = 5;

/** How long a page may take, in milliseconds. */
const TIMEOUT = 30_000;

/** What can be read as a page. */
const READABLE = /^(?:text\/|application\/(?:json|xml|xhtml\+xml)\b)/i;

/**
 * Fetches a page from this machine.
 *
 * The address is looked at where the connection is made: what a name stood for a moment ago makes no difference. Each
 * redirect is looked at again.
 *
 * @param allows Whether an address of IPv4 or IPv6 may be connected to.
 * @throws Error for what must not be fetched, and for all that goes wrong; the reason of the signal.
 */
export async function fetchPage(
  url: string,
  signal: AbortSignal,
  allows: (address: string) => boolean,
): Promise<FetchedPage> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
  let target = targetOf(url, undefined, allows);
  for (let redirects = 0; ; redirects++) {
    const response = await get(target, both, allows);
    const { statusCode = 0, headers } = response;
    const isRedirect = statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
    if (isRedirect) {
      response.destroy();
      if (redirects === MOST_REDIRECTS) throw new Error(`the page redirects more than ${MOST_REDIRECTS} times`);
      target = targetOf(headers.location ?? "", target, allows);
      continue;
    }
    const type = headers["content-type"] ?? "text/html";
    if (statusCode !== 200 || !READABLE.test(type)) {
      response.destroy();
      throw new Error(
        statusCode === 200 ? `the page is not text but ${type}` : `the page answered with status ${statusCode}`,
      );
    }
    return { html: await textOf(response, type) };
  }
}

function targetOf(url: string, base: URL | undefined, allows: (address: string) => boolean): URL {
  let target: URL;
  try {
    target = new URL(url, base);
  } catch {
    throw new Error("this is not the address of a page; it must begin with https:// or http://");
  }
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    throw new Error("only pages of http:// and https:// can be opened");
  }
  if (target.username !== "" || target.password !== "") throw new Error("an address with a password cannot be opened");
  // A host that is an address already is never looked up.
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !allows(host)) throw new Error(NOT_PUBLIC);
  return target;
}

function get(target: URL, signal: AbortSignal, allows: (address: string) => boolean): Promise<IncomingMessage> {
  const request = target.protocol === "https:" ? requestHttps : requestHttp;
  const headers = { "user-agent": "harmony-gateway", accept: "text/html, text/*;q=0.9", "accept-encoding": "identity" };
  return new Promise((resolve, reject) => {
    // No connection is used twice, so that each address is looked at.
    const sent = request(target, { signal, headers, agent: false, lookup: lookupAllowed(allows) }, resolve);
    sent.on("error", (error) => reject(signal.aborted ? signal.reason : error));
    sent.end();
  });
}

/** Looks a name up, and refuses it if any of its addresses is not allowed. */
function lookupAllowed(allows: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    const all: LookupOptions & { all: true } = { ...(options as LookupOptions), all: true };
    lookup(hostname, all, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      if (!addresses.every(({ address }) => allows(address))) return callback(new Error(NOT_PUBLIC), []);
      const [first] = addresses;
      if ("all" in options && options.all === true) return callback(null, addresses);
      return callback(null, first?.address ?? "", first?.family);
    });
  };
}

const NOT_PUBLIC = "this address is not on the open internet, and is not opened";

async function textOf(response: IncomingMessage, type: string): Promise<string> {
  const [, charset = "utf-8"] = /charset="?([^\s;"]+)/i.exec(type) ?? [];
  const decoder = decoderOf(charset);
  let text = "";
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Error(`the page is larger than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
