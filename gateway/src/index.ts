/**
 * The gateway as a library: `createGateway` makes a function from a web `Request` to a `Response`.
 * @packageDocumentation
 */
export { type DemoOptions, demoEngine } from "./demo/demo-engine.js";
export { createGateway, type Gateway } from "./gateway.js";
export type { GatewayOptions } from "./settings/options.js";
export { openState } from "./state/open-state.js";
export { type KeepOptions, type State, StateError, type StateOptions } from "./state/state.js";
