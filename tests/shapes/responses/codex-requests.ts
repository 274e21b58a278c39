// What Codex 0.169.0 sends, as it was recorded on 2026-11-21 from `codex exec` against a server of the Responses API on the
// same machine. Texts and schemas are shortened; fields, types and order are as they were.

const text = (type: "input_text" | "output_text", value: string): object =>
  type === "input_text" ? { type, text: value } : { type, text: value, annotations: [] };

const message = (role: string, ...texts: string[]): object => ({
  type: "message",
  id: `msg_${texts[0]}`,
  role,
  content: texts.map((value) => text("input_text", value)),
});

const COMMON = {
  stream: true,
  tool_choice: "auto",
  parallel_tool_calls: true,
  store: false,
  include: ["reasoning.encrypted_content"],
  prompt_cache_key: "01a1ff31",
  client_metadata: { thread_id: "01a1ff31", "x-codex-window-id": "01a1ff31:0" },
};

const schema = (...properties: string[]): object => ({
  type: "object",
  properties: Object.fromEntries(properties.map((name) => [name, { type: "string", description: name }])),
  required: properties.slice(0, 1),
  additionalProperties: false,
});

const tool = (name: string, ...properties: string[]): object => ({
  type: "function",
  name,
  description: `Does ${name}.`,
  strict: false,
  parameters: schema(...properties),
});

const PROMPT = [
  message("developer", "You are a coding agent."),
  message("developer", "<skills_instructions>…</skills_instructions>", "<permissions instructions>…</permissions>"),
  message("user", "<environment_context>…</environment_context>"),
  message("user", "list the files"),
];

/** What a response said before its call, as Codex sends it back. */
const SAID = [
  {
    type: "reasoning",
    id: "rs_1",
    summary: [],
    content: [{ type: "reasoning_text", text: "think" }],
    encrypted_content: "gAAAA-foreign",
  },
  {
    type: "message",
    status: "completed",
    id: "msg_1",
    role: "assistant",
    content: [text("output_text", "I'll look.")],
    phase: "commentary",
  },
];

/** For a model that Codex does not know: functions, a namespace, and the search of the web. */
export const FOR_UNKNOWN_MODEL = {
  ...COMMON,
  model: "gpt-oss-20b",
  reasoning: { summary: "auto" },
  input: [
    ...PROMPT,
    ...SAID,
    {
      type: "function_call",
      status: "completed",
      id: "fc_1",
      name: "wait_agent",
      namespace: "multi_agent_v1",
      arguments: '{"targets":["x"]}',
      call_id: "call_1",
    },
    { type: "function_call_output", id: "fco_1", call_id: "call_1", output: "invalid agent id x" },
  ],
  tools: [
    tool("exec_command", "cmd", "workdir"),
    tool("view_image", "path"),
    {
      type: "namespace",
      name: "multi_agent_v1",
      description: "Tools for spawning and managing sub-agents.",
      tools: [tool("spawn_agent", "message"), tool("wait_agent", "targets")],
    },
    { type: "web_search", external_web_access: true },
  ],
};

/** For a model that patches files by a custom tool, and finds tools when it needs them. */
export const WITH_PATCHES = {
  ...COMMON,
  model: "gpt-5.5",
  reasoning: { effort: "medium" },
  text: { verbosity: "low" },
  input: [
    ...PROMPT,
    ...SAID,
    {
      type: "custom_tool_call",
      id: "ctc_1",
      status: "completed",
      call_id: "call_1",
      name: "apply_patch",
      input: "*** Begin Patch\n*** Add File: a.txt\n+hi\n*** End Patch",
    },
    { type: "custom_tool_call_output", id: "ctco_1", call_id: "call_1", output: "Exit code: 0\nOutput:\nSuccess." },
  ],
  tools: [
    tool("exec_command", "cmd", "workdir"),
    {
      type: "custom",
      name: "apply_patch",
      description: "Edits files.",
      format: { type: "grammar", syntax: "lark", definition: "start: begin_patch hunk+ end_patch" },
    },
    { type: "tool_search", execution: "client", description: "Searches over tools.", parameters: schema("query") },
    { type: "web_search", external_web_access: true, search_content_types: ["text", "image"] },
  ],
};

/** For a model whose tools stand among the items, all of them in namespaces. */
export const WITH_ADDITIONAL_TOOLS = {
  ...COMMON,
  model: "gpt-6.1-sol",
  parallel_tool_calls: false,
  reasoning: { effort: "low", context: "all_turns" },
  text: { verbosity: "low" },
  input: [
    {
      type: "additional_tools",
      id: "at_1",
      role: "developer",
      tools: [
        {
          type: "namespace",
          name: "functions",
          description: "",
          tools: [
            {
              type: "custom",
              name: "exec",
              description: "Runs JavaScript.",
              format: { type: "grammar", syntax: "lark", definition: "start: SOURCE" },
            },
            tool("wait", "cell_id"),
          ],
        },
        { type: "namespace", name: "clock", description: "Time.", tools: [tool("sleep", "duration")] },
      ],
    },
    ...PROMPT,
    ...SAID,
    {
      type: "custom_tool_call",
      id: "ctc_1",
      status: "completed",
      call_id: "call_1",
      name: "exec",
      input: 'text("hi")',
    },
    {
      type: "custom_tool_call_output",
      id: "ctco_1",
      call_id: "call_1",
      output: [text("input_text", "Script completed\nOutput:\n"), text("input_text", "hi")],
    },
  ],
};
