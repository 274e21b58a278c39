import { apiErrorOf } from "./errors.js";

/**
 * The answer for an error in the middle of a reply that was to come whole: the field `partial` has what the model had written
 * by then.
 */
export function brokenOff(error: unknown, partial: object): Response {
  const apiError = apiErrorOf(error);
  const { status } = apiError;
  const body = { error: { ...apiError.toJSON().error, partial } };
  // The official client would ask again, and throw away what is here.
  return Response.json(body, { status, headers: { "x-should-retry": "false" } });
}
