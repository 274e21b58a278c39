import { type HarmonyEncoding, renderConversationText } from "harmony-format";
import { jsonProblem } from "../json-problem.js";
import type { SchemaAnswer } from "./answers.js";
import { problemOf } from "./prompt.js";

/** The TypeScript text that a model reads for a function whose parameters follow the schema. */
export function answerSchema(encoding: HarmonyEncoding, text: string): SchemaAnswer {
  try {
    const parameters: unknown = JSON.parse(text);
    const tools = [{ name: "example", description: "", parameters }];
    const rendered = renderConversationText({
      messages: [
        {
          role: "developer",
          content: [{ type: "developer_content", tools: { functions: { name: "functions", tools } } }],
        },
      ],
    });
    const start = rendered.indexOf("type example");
    const end = rendered.lastIndexOf("\n\n} // namespace");
    const declaration = rendered.slice(start, end < 0 ? undefined : end).trim();
    return { problems: [], declaration, count: encoding.countTokens(declaration) };
  } catch (error) {
    if (error instanceof SyntaxError) return { problems: [jsonProblem(error, text)] };
    const { path, ...problem } = problemOf(error);
    const root = /^.*?\.parameters\.?/;
    return { problems: [path === undefined ? problem : { ...problem, path: path.replace(root, "") }] };
  }
}
