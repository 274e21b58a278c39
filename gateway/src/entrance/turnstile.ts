import type { MiddlewareHandler } from "hono";
import { fieldsOf, readJson } from "../http/body.js";
import { endOf } from "../http/exchange.js";
import type { Slots } from "../limits/slots.js";

/**
 * Lets in as many requests at once as there are slots. A request stands in line when it has arrived as a whole, so that those
 * who send slowly keep nobody from the engine; it leaves when its answer has ended.
 */
export function turnstile(slots: Slots): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    const { background } = fieldsOf(await readJson(raw));
    // What is made in the background stands in line itself, and not its request, too.
    if (background === true) return next();
    const release = await slots.take(raw.signal);
    let end: Promise<unknown> | undefined;
    try {
      await next();
      end = endOf(context.res);
    } finally {
      if (end === undefined) release();
      else void end.then(release);
    }
  };
}
