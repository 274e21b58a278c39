import { ApiError } from "harmony-format/client";

/**
 * The body of a request as JSON.
 * @throws ApiError for one that is not JSON.
 */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError(`the body of the request is not JSON: ${why}`, { code: "invalid_json", cause: error });
  }
}

/** The fields of a request's body, if it is an object; what is not is refused by the one who reads it. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : {};
}
