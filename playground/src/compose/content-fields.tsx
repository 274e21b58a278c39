import type { Problem } from "../worker/answers.js";
import { isObject, type JsonObject, withField } from "./conversation-json.js";
import { ChoiceField, JsonField, TextField } from "./fields.js";
import { InstructionsFields } from "./response-format-fields.js";

interface ContentProps {
  readonly content: unknown;
  readonly path: string;
  readonly problems: readonly Problem[];
  readonly onChange: (content: unknown) => void;
}

/** What a message says: a text, the settings of a system message, a developer's instructions and tools. */
export function ContentFields({ content, path, problems, onChange }: ContentProps) {
  if (!Array.isArray(content)) {
    return <TextField label="Content" isLong value={content} path={path} problems={problems} onChange={onChange} />;
  }
  return (
    <>
      {content.map((part: unknown, index) => {
        const change = (next: unknown): void => onChange(content.with(index, next));
        const props = { part, path: `${path}[${index}]`, problems, onChange: change };
        return <PartFields key={index} {...props} />;
      })}
    </>
  );
}

interface PartProps {
  readonly part: unknown;
  readonly path: string;
  readonly problems: readonly Problem[];
  readonly onChange: (part: unknown) => void;
}

function PartFields({ part, path, problems, onChange }: PartProps) {
  if (!isObject(part)) return <JsonField label="Content" value={part} {...{ path, problems, onChange }} />;
  const field = (name: string) => ({
    value: part[name],
    path: `${path}.${name}`,
    problems,
    onChange: (value: unknown) => onChange(withField(part, name, value)),
  });
  switch (part.type) {
    case "text":
      return (
        <TextField
          label="Content"
          isLong
          {...field("text")}
          // A part of a message keeps its text, if it is empty.
          onChange={(text) => onChange({ ...part, text })}
        />
      );
    case "system_content":
      return (
        <>
          <TextField label="Identity" isLong {...field("model_identity")} />
          <ChoiceField
            label="Reasoning effort"
            choices={["", "Low", "Medium", "High"]}
            {...field("reasoning_effort")}
          />
          <TextField label="Knowledge cutoff" {...field("knowledge_cutoff")} />
          <TextField label="Date of the conversation" {...field("conversation_start_date")} />
          <ChannelFields part={part} path={path} problems={problems} onChange={onChange} />
          <JsonField label="Built-in tools" {...field("tools")} />
        </>
      );
    case "developer_content":
      return (
        <>
          <InstructionsFields {...field("instructions")} />
          <JsonField label="Tools" {...field("tools")} />
        </>
      );
    default:
      return <JsonField label="Content" value={part} {...{ path, problems, onChange }} />;
  }
}

function ChannelFields({ part, path, problems, onChange }: PartProps & { readonly part: JsonObject }) {
  const config = isObject(part.channel_config) ? part.channel_config : { valid_channels: [], channel_required: false };
  const names = Array.isArray(config.valid_channels) ? config.valid_channels : [];
  const change = (changed: JsonObject): void => onChange({ ...part, channel_config: { ...config, ...changed } });
  return (
    <>
      <TextField
        label="Channels"
        value={names.join(", ")}
        path={`${path}.channel_config.valid_channels`}
        problems={problems}
        onChange={(text) => change({ valid_channels: text.split(/,\s*/).filter((name) => name !== "") })}
      />
      <label class="check wide">
        <input
          type="checkbox"
          checked={config.channel_required === true}
          onChange={(event) => change({ channel_required: event.currentTarget.checked })}
        />
        Every message needs a channel
      </label>
    </>
  );
}
