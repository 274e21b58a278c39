import type { Content, DeveloperContent, SystemContent } from "../chat/content.js";
import { toolsSection } from "./tools-section.js";

/** The text of one content part. It is rendered as a single part of the prompt. */
export function contentText(content: Content, hasFunctionTools: boolean): string {
  switch (content.type) {
    case "text":
      return content.text;
    case "system_content":
      return systemText(content, hasFunctionTools);
    case "developer_content":
      return developerText(content);
  }
}

function systemText(system: SystemContent, hasFunctionTools: boolean): string {
  const { model_identity, knowledge_cutoff, conversation_start_date, reasoning_effort } = system;
  const about: string[] = [];
  if (model_identity !== undefined) about.push(model_identity);
  if (knowledge_cutoff !== undefined) about.push(`Knowledge cutoff: ${knowledge_cutoff}`);
  if (conversation_start_date !== undefined) about.push(`Current date: ${conversation_start_date}`);
  return joinSections([
    about.length === 0 ? undefined : about.join("\n"),
    reasoning_effort === undefined ? undefined : `Reasoning: ${reasoning_effort.toLowerCase()}`,
    toolsSection(system.tools),
    channelsSection(system, hasFunctionTools),
  ]);
}

function channelsSection({ channel_config }: SystemContent, hasFunctionTools: boolean): string | undefined {
  if (channel_config === undefined || channel_config.valid_channels.length === 0) return undefined;
  let text = `# Valid channels: ${channel_config.valid_channels.join(", ")}.`;
  if (channel_config.channel_required) text += " Channel must be included for every message.";
  if (hasFunctionTools) text += "\nCalls to these tools must go to the commentary channel: 'functions'.";
  return text;
}

function developerText({ instructions, tools }: DeveloperContent): string {
  return joinSections([
    instructions === undefined ? undefined : `# Instructions\n\n${instructions}`,
    toolsSection(tools),
  ]);
}

function joinSections(sections: readonly (string | undefined)[]): string {
  return sections.filter((section) => section !== undefined).join("\n\n");
}
