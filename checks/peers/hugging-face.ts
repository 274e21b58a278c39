// The Hugging Face chat template of gpt-oss, run by the JavaScript interpreter that transformers.js uses.
import { Template } from "@huggingface/jinja";
import type { ChatRequest } from "./conversations.js";

export class HuggingFaceTemplate {
  readonly #template: Template;

  constructor(template: string) {
    this.#template = new Template(template);
  }

  /**
   * The prompt, as text. The template calls reasoning `thinking`.
   * @throws Error for a conversation that the template refuses.
   */
  render({ messages, tools, ...rest }: ChatRequest, variables: Record<string, unknown> = {}): string {
    const thinking = messages.map(({ reasoning_content, ...message }) => ({
      ...message,
      ...(reasoning_content === undefined ? {} : { thinking: reasoning_content }),
    }));
    return this.#template.render({
      messages: thinking,
      ...(tools === undefined ? {} : { tools }),
      ...rest,
      add_generation_prompt: true,
      ...variables,
    });
  }
}
