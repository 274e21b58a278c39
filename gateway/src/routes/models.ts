import { ApiError } from "harmony-format/client";
import type { Hono } from "hono";
import { fieldsOf } from "../http/body.js";
import type { Settings } from "../settings/options.js";

/** What the model is called where nobody says it. */
const ANY_MODEL = "gpt-oss";

/** `GET /v1/models` and `GET /v1/models/NAME`: the names that requests can have as their `model`. */
export function serveModels(app: Hono, { models }: Settings): void {
  const ids = models.length === 0 ? [ANY_MODEL] : models;
  const modelOf = (id: string) => ({ id, object: "model", created: 0, owned_by: "harmony-gateway" });
  app.get("/v1/models", (context) => context.json({ object: "list", data: ids.map(modelOf) }));
  app.get("/v1/models/:id{.+}", (context) => {
    const id = context.req.param("id");
    if (models.length > 0 && !models.includes(id)) throw modelNotFound(id, models, null);
    return context.json(modelOf(id));
  });
}

/**
 * The body of a request, with the name of the model in it.
 * @throws ApiError for a model that there is not.
 */
export function withModel(body: unknown, { models }: Settings): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const { model } = fieldsOf(body);
  if (model === undefined || model === null) return { ...body, model: models[0] ?? ANY_MODEL };
  if (models.length === 0 || typeof model !== "string" || models.includes(model)) return body;
  throw modelNotFound(model, models, "model");
}

function modelNotFound(model: string, models: readonly string[], param: string | null): ApiError {
  const message = `the model ${JSON.stringify(model)} does not exist; there is ${models.join(", ")}`;
  return new ApiError(message, { param, code: "model_not_found", status: 404 });
}
