import type { Hono, MiddlewareHandler } from "hono";
import type { Settings } from "../settings/options.js";

/** Where the playground is. */
const PATH = "/playground";

/** `GET /playground/`: the files of a folder, if one was given; never one outside of it. */
export function servePlayground(app: Hono, { playground }: Settings): void {
  if (playground === undefined) return;
  let serve: Promise<MiddlewareHandler> | undefined;
  app.get(PATH, (context) => context.redirect(`${PATH}/`, 308));
  app.get(`${PATH}/*`, async (context, next) => {
    serve ??= filesOf(playground);
    context.header("x-content-type-options", "nosniff");
    return (await serve)(context, next);
  });
}

/** The only part that reads files is loaded where it is needed: a gateway may run where there are none. */
async function filesOf(root: string): Promise<MiddlewareHandler> {
  const { serveStatic } = await import("@hono/node-server/serve-static");
  return serveStatic({ root, rewriteRequestPath: (path) => path.slice(PATH.length) });
}
