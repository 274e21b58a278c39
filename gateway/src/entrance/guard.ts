import { ApiError } from "harmony-format/client";
import type { MiddlewareHandler } from "hono";
import { BusyError } from "../http/errors.js";
import type { Settings } from "../settings/options.js";
import { ApiKeys } from "./api-keys.js";

/** Whether a gateway still takes requests. */
export interface Status {
  isDraining: boolean;
}

/** What anybody may ask: whoever watches a service has no key, and the files of the playground hold nothing. */
const OPEN = /^\/(?:health|ready|playground(?:\/.*)?)$/;

/** Lets through what may be asked here, now, and by this client. */
export function guard({ apiKeys, hosts }: Settings, status: Status): MiddlewareHandler {
  const keys = new ApiKeys(apiKeys);
  return async (context, next) => {
    const { req } = context;
    if (hosts !== undefined) checkHost(req.url, hosts);
    const isOpen = OPEN.test(req.path);
    if (keys.areAsked && !isOpen && !keys.open(req.header("authorization") ?? null)) {
      throw new ApiError("there is no valid key in this request; send one as Authorization: Bearer KEY", {
        status: 401,
        code: "invalid_api_key",
      });
    }
    if (status.isDraining && !isOpen && req.path !== "/metrics") {
      throw new BusyError("this gateway is being stopped; ask again, and another will answer", {
        status: 503,
        code: "shutting_down",
        retryAfter: 1,
      });
    }
    return next();
  };
}

/** @throws ApiError for a name that is not among those. A name is what a page can point at any address; a number is not. */
function checkHost(url: string, hosts: readonly string[]): void {
  const { hostname } = new URL(url);
  if (ADDRESS.test(hostname) || hosts.includes(hostname) || hostname.endsWith(".localhost")) return;
  throw new ApiError(
    `nothing is served here for the host ${JSON.stringify(hostname.slice(0, 100))}; see --allow-host`,
    {
      status: 403,
      code: "host_not_allowed",
    },
  );
}

const ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/;
