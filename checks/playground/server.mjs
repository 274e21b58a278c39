// The built page, served from a folder below the root, as a host for static files might.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const BUILD = fileURLToPath(new URL("../../playground/build", import.meta.url));

const BASE = "/some/folder/";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** Serves the page on a free port. The address ends with the folder. */
export function serveBuild() {
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const path = normalize(join(BUILD, pathname.slice(BASE.length) || "index.html"));
    const type = TYPES[extname(path)];
    const isThere = pathname.startsWith(BASE) && path.startsWith(BUILD) && type !== undefined;
    if (!isThere || !statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type });
    createReadStream(path).pipe(response);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({
        address: `http://127.0.0.1:${server.address().port}${BASE}`,
        close: () => server.close(),
      });
    });
  });
}
