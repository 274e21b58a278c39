import { ApiError } from "harmony-format/client";
import { z } from "zod";

/** One more than the largest id of a token of gpt-oss. */
const VOCABULARY_SIZE = 201_088;

/** Ids of tokens. */
export const TOKENS: z.ZodType<number[]> = z
  .array(
    z
      .int()
      .min(0)
      .max(VOCABULARY_SIZE - 1),
  )
  .min(1);

/**
 * A body that is what a schema says.
 * @throws ApiError that names the first field that is not, and what it must be.
 */
export function checkBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const param = issue.path.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
  const what = param === "" ? "the body" : param;
  throw new ApiError(`${what}: ${issue.message}`, { param: param === "" ? null : param, code: "invalid_value" });
}
