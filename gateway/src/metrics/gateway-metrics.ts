import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { isUsable, type UpstreamStatus } from "../upstreams/upstream.js";

/** What the figures look at when they are asked for. */
export interface Load {
  readonly running: number;
  readonly waiting: number;
}

/** From a millisecond to half an hour: a completion may be a token, or a whole book. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];

/**
 * The figures of a gateway, for Prometheus. The values of every label come from a list that is fixed: no request can make a
 * new one.
 */
export class GatewayMetrics {
  readonly registry: Registry;
  readonly requests: Counter<"route" | "status">;
  readonly duration: Histogram<"route">;
  readonly firstToken: Histogram;
  readonly tokens: Counter<"kind">;
  readonly streams: Gauge;
  readonly diagnostics: Counter<"code">;
  readonly toolRounds: Counter<"tool">;

  constructor(registry: Registry = new Registry(), load: Load, upstreams: () => readonly UpstreamStatus[] = () => []) {
    this.registry = registry;
    const registers = [registry];
    this.requests = new Counter({
      name: "harmony_gateway_requests_total",
      help: "Requests that were answered, by route and HTTP status; 499 where the client left first.",
      labelNames: ["route", "status"],
      registers,
    });
    this.duration = new Histogram({
      name: "harmony_gateway_request_seconds",
      help: "Time from a request to the end of its answer, by route.",
      labelNames: ["route"],
      buckets: SECONDS,
      registers,
    });
    this.firstToken = new Histogram({
      name: "harmony_gateway_first_token_seconds",
      help: "Time from asking the engine to its first output.",
      buckets: SECONDS,
      registers,
    });
    this.tokens = new Counter({
      name: "harmony_gateway_tokens_total",
      help: "Tokens of prompts, those of them that were in the engine's cache, and tokens that the model wrote.",
      labelNames: ["kind"],
      registers,
    });
    this.streams = new Gauge({
      name: "harmony_gateway_active_streams",
      help: "Answers that are being streamed.",
      registers,
    });
    this.diagnostics = new Counter({
      name: "harmony_gateway_diagnostics_total",
      help: "Places where the model departed from the format, by the code of the repair.",
      labelNames: ["code"],
      registers,
    });
    this.toolRounds = new Counter({
      name: "harmony_gateway_tool_rounds_total",
      help: "Calls that the gateway itself answered, by tool; unknown for one that nobody offered.",
      labelNames: ["tool"],
      registers,
    });
    registerUpstreams(upstreams, registers);
    new Gauge({
      name: "harmony_gateway_running_requests",
      help: "Requests that are being worked on.",
      registers,
      collect() {
        this.set(load.running);
      },
    });
    new Gauge({
      name: "harmony_gateway_queued_requests",
      help: "Requests that wait for their turn.",
      registers,
      collect() {
        this.set(load.waiting);
      },
    });
  }
}

/** The figures of each upstream, by its address: there are as many as the gateway was started with. */
function registerUpstreams(upstreams: () => readonly UpstreamStatus[], registers: Registry[]): void {
  const labelNames = ["upstream"];
  new Gauge({
    name: "harmony_gateway_upstream_usable",
    help: "1 for an upstream that is sent requests, 0 for one that is out of use.",
    labelNames,
    registers,
    collect() {
      for (const one of upstreams()) this.set({ upstream: one.address }, Number(isUsable(one)));
    },
  });
  new Gauge({
    name: "harmony_gateway_upstream_busy_requests",
    help: "Requests that an upstream is working on.",
    labelNames,
    registers,
    collect() {
      for (const { address, busy } of upstreams()) this.set({ upstream: address }, busy);
    },
  });
  new Counter({
    name: "harmony_gateway_upstream_requests_total",
    help: "Requests that an upstream has been sent.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { address, requests } of upstreams()) this.inc({ upstream: address }, requests);
    },
  });
  new Counter({
    name: "harmony_gateway_upstream_failures_total",
    help: "Requests and health checks that have failed by the fault of an upstream.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { address, failures } of upstreams()) this.inc({ upstream: address }, failures);
    },
  });
}
