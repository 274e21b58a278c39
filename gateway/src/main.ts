#!/usr/bin/env node
import { parseArgs } from "node:util";
import { serve } from "@hono/node-server";
import { createGateway } from "./gateway.js";
import { ENGINES, type EngineName } from "./upstreams/engines.js";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "llama.cpp" },
    upstream: { type: "string" },
    model: { type: "string", default: "gpt-oss" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "8787" },
  },
});
const engine = ENGINES[values.engine as EngineName](values.upstream ?? "", values.model, undefined);
const gateway = createGateway({ engine });
serve({ fetch: gateway.fetch, hostname: values.host, port: Number(values.port) }, ({ address, port }) => {
  console.log(`listening on http://${address.includes(":") ? `[${address}]` : address}:${port}`);
});
