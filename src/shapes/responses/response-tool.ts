/** The tools of a request, and the choice among them, as OpenAI's Responses API has them. */

/** A function, called with JSON. */
export interface ResponseFunctionTool {
  type: "function";
  name: string;
  description?: string | null;
  parameters: { [key: string]: unknown } | null;
  strict: boolean | null;
}

/** A tool that is called with any text. */
export interface ResponseCustomTool {
  type: "custom";
  name: string;
  description?: string;
  format?: { type: "text" } | { type: "grammar"; syntax: "lark" | "regex"; definition: string };
}

/** Functions and custom tools under a common name. */
export interface ResponseNamespaceTool {
  type: "namespace";
  name: string;
  description: string;
  tools: (
    | (Omit<ResponseFunctionTool, "parameters" | "strict"> & {
        parameters?: unknown;
        strict?: boolean | null;
      })
    | ResponseCustomTool
  )[];
}

/** The browser that the model was trained with. */
export interface ResponseWebSearchTool {
  type: "web_search" | "web_search_2025_08_26";
}

/** The browser that the model was trained with, by its older name. */
export interface ResponseWebSearchPreviewTool {
  type: "web_search_preview" | "web_search_preview_2025_03_11";
}

/** The Python that the model was trained with. */
export interface ResponseCodeInterpreterTool {
  type: "code_interpreter";
  container: string | { type: "auto" };
}

/** A search among tools that the client loads when they are needed. */
export interface ResponseToolSearchTool {
  type: "tool_search";
  execution?: "client";
  description?: string | null;
  parameters?: unknown;
}

/** A tool that a response was made with. */
export type ResponseTool =
  | ResponseFunctionTool
  | ResponseCustomTool
  | ResponseNamespaceTool
  | ResponseWebSearchTool
  | ResponseWebSearchPreviewTool
  | ResponseCodeInterpreterTool
  | ResponseToolSearchTool;

/** Which tools the model may or must call. */
export type ResponseToolChoice =
  | "none"
  | "auto"
  | "required"
  | { type: "function"; name: string }
  | { type: "custom"; name: string }
  | { type: "web_search_preview" | "web_search_preview_2025_03_11" | "code_interpreter" }
  | { type: "allowed_tools"; mode: "auto" | "required"; tools: { [key: string]: unknown }[] };
