/**
 * The gateway as a library: `createGateway` makes a function from a web `Request` to a `Response`.
 * @packageDocumentation
 */
export { type DemoOptions, demoEngine } from "./demo/demo-engine.js";
export { createGateway, type Gateway } from "./gateway.js";
export type { GatewayOptions } from "./settings/options.js";
export { openState } from "./state/open-state.js";
export { type KeepOptions, type State, StateError, type StateOptions } from "./state/state.js";
export type { ApplyPatchOptions } from "./tools/apply-patch/apply-patch-tool.js";
export type { ServiceOptions } from "./tools/browser/backends/ask.js";
export { exa } from "./tools/browser/backends/exa.js";
export { type FetchPagesOptions, fetchPages } from "./tools/browser/backends/fetch-pages.js";
export { youCom } from "./tools/browser/backends/you.js";
export type { BrowserBackend, FetchedPage, SearchResult } from "./tools/browser/page.js";
export type { ToolsOptions } from "./tools/options.js";
export type { PythonRunner, PythonRunOptions } from "./tools/python/python-tool.js";
export { type UpstreamSettings, upstreamsAt } from "./upstreams/addresses.js";
export { createPool, NoUpstreamError, type Pool, type PoolOptions } from "./upstreams/pool.js";
export { EngineTimeout, type EngineTimeouts, withTimeouts } from "./upstreams/timeouts.js";
export type { Upstream, UpstreamStatus } from "./upstreams/upstream.js";
