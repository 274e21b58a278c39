import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { ApiError } from "harmony-format/client";
import { errorResponse } from "./errors.js";

/** What a server hands requests to. */
interface Served {
  readonly fetch: (request: Request) => Promise<Response>;
}

/** Where and how a server of Node listens. Times are in milliseconds; `Infinity` for no limit. */
export interface NodeServerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** How long a client may take nothing of what is written to it. */
  readonly idleTimeout: number;
  /** How long a request may take to arrive. */
  readonly requestTimeout: number;
}

/** A server that listens. */
export interface NodeServer {
  /** Such as `http://127.0.0.1:8787`. */
  readonly address: string;
  /**
   * Stops listening, and waits for what has begun.
   * @param timeout After how many milliseconds it is broken off.
   * @returns Whether all came to its end.
   */
  stop(timeout: number): Promise<boolean>;
}

/** @throws The error of Node if the address cannot be listened on. */
export async function startNodeServer(gateway: Served, options: NodeServerOptions): Promise<NodeServer> {
  const { host, port, idleTimeout } = options;
  const requestTimeout = Number.isFinite(options.requestTimeout) ? options.requestTimeout : 0;
  let isStopping = false;
  const listener = getRequestListener(gateway.fetch, { hostname: "localhost", errorHandler: refusal });
  const server = createServer(
    {
      requestTimeout,
      // The head of a request is small: whoever sends it slowly does so on purpose.
      headersTimeout: requestTimeout === 0 ? 15_000 : Math.min(15_000, requestTimeout),
      connectionsCheckingInterval: Math.min(5_000, Math.max(100, requestTimeout / 2)),
      // Longer than load balancers keep a quiet connection, which is a minute: the one who opened it should be who ends it.
      keepAliveTimeout: 75_000,
      // The gateway says what is wrong with a request without a host.
      requireHostHeader: false,
    },
    (request, response) => {
      endIfStalled(response, idleTimeout);
      answers.set(request.socket, response);
      response.once("close", () => {
        if (answers.get(request.socket) === response) answers.delete(request.socket);
        // One that stays open without a request would keep the server from ending.
        if (isStopping) setImmediate(() => server.closeIdleConnections());
      });
      if (isStopping) response.shouldKeepAlive = false;
      void listener(request, response);
    },
  );
  /** The answer that is being written to each socket. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on("clientError", (error, socket) => answerBadRequest(error, socket, answers.get(socket)));
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    const error = new ApiError(`nothing is known of "Expect: ${request.headers.expect}"; leave it out`, {
      status: 417,
    });
    response.writeHead(417, { "content-type": "application/json", connection: "close" }).end(JSON.stringify(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { address, port: actual } = server.address() as AddressInfo;
  return {
    address: `http://${address.includes(":") ? `[${address}]` : address}:${actual}`,
    stop: async (timeout) => {
      isStopping = true;
      let wasDrained = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const limit = Number.isFinite(timeout)
        ? setTimeout(() => {
            wasDrained = false;
            server.closeAllConnections();
          }, timeout)
        : undefined;
      await closed;
      clearTimeout(limit);
      return wasDrained;
    },
  };
}

/** Ends the connection of a client that takes nothing of an answer, so that nothing is kept for it any longer. */
function endIfStalled(response: ServerResponse, idleTimeout: number): void {
  if (!Number.isFinite(idleTimeout)) return;
  response.setTimeout(idleTimeout, () => {
    const { socket } = response;
    // Nothing is moving: either it does not take what was written, or the engine has written nothing.
    if (socket !== null && socket.writableLength > 0) socket.destroy();
    else socket?.setTimeout(idleTimeout);
  });
}

/** The answer to a request that the gateway is never shown, since its address makes no sense. */
function refusal(error: unknown): Response {
  const why = error instanceof Error ? error.message : String(error);
  return errorResponse(new ApiError(`the request cannot be read: ${why}`, { code: "invalid_request" }));
}

/** Answers what is not HTTP, or does not come to its end in time, if nothing has been answered yet. */
function answerBadRequest(error: NodeJS.ErrnoException, socket: Duplex, answer: ServerResponse | undefined): void {
  if (error.code === "ECONNRESET" || !socket.writable || answer?.headersSent === true) {
    socket.destroy();
    return;
  }
  const status = BAD_REQUESTS.get(error.code) ?? 400;
  const apiError = new ApiError(`the request cannot be read: ${error.message}`, { status, code: "invalid_request" });
  const body = JSON.stringify(apiError);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

/** The statuses of the errors of Node's parser that are not a 400. */
const BAD_REQUESTS: ReadonlyMap<string | undefined, number> = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", 408],
  ["HPE_HEADER_OVERFLOW", 431],
]);
