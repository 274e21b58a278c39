import { z } from "zod";

/** A schema of an object with these methods: what they do is not looked at. */
export const withMethods = (names: readonly string[], error: string): z.ZodType<object> =>
  z.custom<object>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      names.every((name) => typeof Reflect.get(value, name) === "function"),
    { error },
  );
