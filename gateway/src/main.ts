#!/usr/bin/env node
import { parseArgs } from "node:util";
import { serve } from "@hono/node-server";
import { createGateway } from "./gateway.js";
import { upstreamsAt } from "./upstreams/addresses.js";
import { createPool } from "./upstreams/pool.js";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "llama.cpp" },
    upstream: { type: "string", multiple: true, default: [] },
    model: { type: "string", default: "gpt-oss" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "8787" },
  },
});
const { engine, model } = values;
const pool = createPool(upstreamsAt(values.upstream, { engine, model }));
const gateway = createGateway({ engine: pool });
serve({ fetch: gateway.fetch, hostname: values.host, port: Number(values.port) }, ({ address, port }) => {
  console.log(`listening on http://${address.includes(":") ? `[${address}]` : address}:${port}`);
});
