import { STOP_TOKEN_IDS } from "../../../turn/constraints/completion.js";
import type { EngineFinish, EngineOutput, EngineRequest, EngineUsage } from "../../engine.js";

/**
 * Runs a completion in as many requests as it takes. Servers end at return, call and endoftext, since the model's own
 * configuration says so; where the caller wants the model to go on behind one of them, the server is asked for what
 * follows, and has all that came before in its cache. A constraint knows nothing of what follows the end of its text.
 *
 * @param ask One request to the server, for engines that yield ids.
 */
export async function* goOn(
  request: EngineRequest,
  ask: (part: EngineRequest) => AsyncIterable<EngineOutput>,
): AsyncGenerator<EngineOutput, void, undefined> {
  const { stopTokens = STOP_TOKEN_IDS, maxTokens, sampling, constraint } = request;
  const written: number[] = [];
  let usage: EngineUsage | undefined;
  for (let part = request; ; ) {
    const before = written.length;
    let end: EngineFinish | undefined;
    for await (const output of ask(part)) {
      if ("finish" in output) {
        end = output;
        continue;
      }
      if ("tokens" in output) written.push(...output.tokens);
      yield output;
    }
    usage = usage === undefined ? end?.usage : { ...usage, completionTokens: written.length };
    const last = written.at(-1);
    const hasMore =
      end?.finish === "stop" &&
      constraint === undefined &&
      written.length > before &&
      STOP_TOKEN_IDS.includes(last!) &&
      !stopTokens.includes(last!);
    const left = maxTokens === undefined ? undefined : maxTokens - written.length;
    if (!hasMore || left === 0) {
      const finish = hasMore ? "length" : (end?.finish ?? "stop");
      yield { finish, ...(usage === undefined ? {} : { usage }) };
      return;
    }
    const { seed } = sampling ?? {};
    part = {
      ...request,
      tokens: [...request.tokens, ...written],
      maxTokens: left,
      // The same numbers must not be drawn again.
      sampling: seed === undefined ? sampling : { ...sampling, seed: seed + written.length },
    };
  }
}
