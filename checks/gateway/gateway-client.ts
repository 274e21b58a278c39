import OpenAI from "openai";
import { createGateway, type Gateway, type GatewayOptions } from "../../gateway/dist/index.js";

/** A gateway in this process, and the official client of it. */
export interface GatewayClient {
  readonly gateway: Gateway;
  readonly openai: OpenAI;
  /** What the gateway answers to a path; a body is sent as JSON. */
  ask(method: string, path: string, body?: unknown): Promise<Response>;
}

export function gatewayClient(options: GatewayOptions): GatewayClient {
  const gateway = createGateway(options);
  const openai = new OpenAI({
    apiKey: "-",
    baseURL: "http://127.0.0.1/v1",
    maxRetries: 0,
    fetch: (input, init) => gateway.fetch(new Request(input, init)),
  });
  return {
    gateway,
    openai,
    ask: (method, path, body) => {
      const sent =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
      return gateway.fetch(new Request(`http://127.0.0.1${path}`, { method, ...sent }));
    },
  };
}
