import { expect, test } from "vitest";
import { ApiError } from "../../src/shapes/api-error.js";

test("an error is the body that OpenAI's API sends with a status", () => {
  const error = new ApiError("no", { param: "messages[2]", code: "invalid_value" });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "ApiError", message: "no", status: 400 });
  expect(JSON.stringify(error)).toBe(
    '{"error":{"message":"no","type":"invalid_request_error","param":"messages[2]","code":"invalid_value"}}',
  );
});

test("what is not given is null, as OpenAI's API says it", () => {
  const cause = new Error("why");
  const error = new ApiError("no", { status: 502, type: "server_error", cause });
  expect(error.cause).toBe(cause);
  expect(error.toJSON()).toEqual({ error: { message: "no", type: "server_error", param: null, code: null } });
  expect("cause" in new ApiError("no")).toBe(false);
});
