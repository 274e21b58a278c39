import type { Engine } from "harmony-format/engines";

/**
 * An engine that stands before another one, and takes what that takes.
 * @param generate What is done instead of the other one's `generate`.
 */
export function aroundEngine(engine: Engine, generate: Engine["generate"]): Engine {
  return {
    // An engine may be an object of a class, whose members a spread would leave behind.
    get name() {
      return engine.name;
    },
    get constraints() {
      return engine.constraints;
    },
    generate,
  };
}
