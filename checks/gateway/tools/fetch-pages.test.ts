import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { fetchPages } from "../../../gateway/dist/index.js";
import { isPublic } from "../../../gateway/dist/tools/browser/direct/addresses.js";

const { signal } = new AbortController();

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A web server of this machine; returns its port, and what it was asked. */
async function serve(listener: RequestListener): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    listener(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, asked };
}

const page: RequestListener = (_, response) => {
  response.setHeader("content-type", "text/html; charset=utf-8").end("<p>secret ß</p>");
};
const here = (address: string): boolean => address === "127.0.0.1" || address === "::1";

test.each([
  ["8.8.8.8", true],
  ["1.1.1.1", true],
  ["2606:4700::1111", true],
  ["127.0.0.1", false],
  ["0.0.0.0", false],
  ["10.1.2.3", false],
  ["100.64.0.1", false],
  ["169.254.169.254", false],
  ["172.16.0.1", false],
  ["172.32.0.1", true],
  ["192.168.1.1", false],
  ["198.18.0.1", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["::", false],
  ["::1", false],
  ["::ffff:127.0.0.1", false],
  ["::ffff:8.8.8.8", false],
  ["64:ff9b::7f00:1", false],
  ["fc00::1", false],
  ["fe80::1", false],
  ["ff02::1", false],
  ["2001::1", false],
  ["2001:db8::1", false],
  ["2002:7f00:1::", false],
  ["localhost", false],
])("%s is public: %s", (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

describe("what is not on the open internet is not opened", () => {
  test("by address, by name, in other spellings, and where nobody listens", async () => {
    const { port, asked } = await serve(page);
    const hosts = ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "127.1", "0", "[::ffff:7f00:1]"];
    for (const host of hosts) {
      await expect(fetchPages()(`http://${host}:${port}/`, { signal })).rejects.toThrow("not on the open internet");
    }
    await expect(fetchPages()("http://169.254.169.254/latest/meta-data/", { signal })).rejects.toThrow("open internet");
    expect(asked).toEqual([]);
  });

  test("behind a redirect either", async () => {
    const inner = await serve(page);
    const outer = await serve((_, response) => {
      response.writeHead(302, { location: `http://localhost:${inner.port}/admin` }).end();
    });
    // Only the first of the two addresses may be connected to, as if it were a page of the internet.
    let connected = 0;
    const allows = (): boolean => {
      connected += 1;
      return connected === 1;
    };
    const fetched = fetchPages({ allows })(`http://127.0.0.1:${outer.port}/`, { signal });
    await expect(fetched).rejects.toThrow("not on the open internet");
    expect(outer.asked).toEqual(["/"]);
    expect(inner.asked).toEqual([]);
  });

  test("nor other protocols, passwords, and what is no address", async () => {
    const fetch = fetchPages({ allows: here });
    for (const url of ["file:///etc/passwd", "ftp://a.example/", "data:text/html,x", "view-source:http://127.0.0.1/"]) {
      await expect(fetch(url, { signal })).rejects.toThrow("only pages of http:// and https://");
    }
    await expect(fetch("http://user:pass@127.0.0.1/", { signal })).rejects.toThrow("password");
    await expect(fetch("tides", { signal })).rejects.toThrow("not the address of a page");
  });
});

describe("what is opened", () => {
  test("a page, by name, over redirects, in its own encoding", async () => {
    const { port, asked } = await serve((request, response) => {
      if (request.url === "/a") response.writeHead(301, { location: "/b" }).end();
      else
        response.setHeader("content-type", "text/html; charset=iso-8859-1").end(Buffer.from("gr\xfc\xdfe", "latin1"));
    });
    const fetched = await fetchPages({ allows: here })(`http://localhost:${port}/a`, { signal });
    expect(fetched).toEqual({ html: "grüße" });
    expect(asked).toEqual(["/a", "/b"]);
  });

  test.each<[string, RequestListener, string]>([
    ["a redirect to itself", (_, response) => response.writeHead(302, { location: "/" }).end(), "more than 5 times"],
    ["an image", (_, response) => response.setHeader("content-type", "image/png").end("x"), "not text but image/png"],
    ["a missing page", (_, response) => response.writeHead(404).end("gone"), "status 404"],
    [
      "a page without an end",
      (_, response) => {
        const more = (): void => {
          while (response.write("x".repeat(65_536)));
          response.once("drain", more);
        };
        more();
      },
      "larger than 8388608 bytes",
    ],
  ])("not %s", async (_, listener, message) => {
    const { port } = await serve(listener);
    await expect(fetchPages({ allows: here })(`http://127.0.0.1:${port}/`, { signal })).rejects.toThrow(message);
  });

  test("until the reply ends", async () => {
    const { port } = await serve(() => {});
    const controller = new AbortController();
    const fetched = fetchPages({ allows: here })(`http://127.0.0.1:${port}/`, { signal: controller.signal });
    controller.abort(new Error("the client left"));
    await expect(fetched).rejects.toThrow("the client left");
  });
});
