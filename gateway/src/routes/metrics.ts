import type { Hono } from "hono";
import type { Settings } from "../settings/options.js";

/** `GET /metrics`: the figures, as Prometheus reads them. */
export function serveMetrics(app: Hono, { metrics }: Settings): void {
  app.get("/metrics", async (context) => {
    const { registry } = metrics;
    return context.text(await registry.metrics(), 200, { "content-type": registry.contentType });
  });
}
