import { createGateway } from "../../../gateway/dist/index.js";
import { type ScriptedAnswer, type ScriptedEngine, scriptedEngine } from "../scripted-engine.js";

export interface Asked {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a gateway says is looked at field by field.
  readonly json: any;
}

/** A gateway without a server, and the engine behind it. */
export function gatewayOf(
  answers: readonly ScriptedAnswer[],
  options: Partial<Parameters<typeof createGateway>[0]> = {},
): {
  engine: ScriptedEngine;
  post(path: string, body: unknown): Promise<Response>;
  ask(path: string, body: unknown): Promise<Asked>;
} {
  const engine = scriptedEngine(answers, { constraints: "structural-tag" });
  const { fetch } = createGateway({ engine, ...options });
  const post = (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    return fetch(new Request(`http://gateway${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
  };
  return {
    engine,
    post,
    ask: async (path, body) => {
      const response = await post(path, body);
      return { status: response.status, json: await response.json() };
    },
  };
}
