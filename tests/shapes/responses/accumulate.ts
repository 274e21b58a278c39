import { expect } from "vitest";
import type { ResponseObject, ResponseOutputItem, ResponseStreamEvent } from "../../../src/responses.js";

/**
 * What a client knows that has read these events, put together by the published rules alone: each delta is added to what it
 * belongs to, and what an event repeats as a whole must be what the deltas have added up to.
 */
export function accumulate(events: readonly ResponseStreamEvent[]): ResponseObject | undefined {
  let response: ResponseObject | undefined;
  const output: ResponseOutputItem[] = [];
  const seen = new Set<string>();
  events.forEach((event, index) => {
    expect(event.sequence_number).toBe(index);
    switch (event.type) {
      case "response.created":
      case "response.in_progress":
        expect(index).toBe(event.type === "response.created" ? 0 : 1);
        expect(event.response).toMatchObject({ status: "in_progress", output: [] });
        response = event.response;
        return;
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        expect(index).toBe(events.length - 1);
        expect(event.type).toBe(`response.${event.response.status}`);
        expect(event.response.output).toEqual(output);
        response = event.response;
        return;
      case "response.output_item.added":
        expect(event.output_index).toBe(output.length);
        expect(event.item).toMatchObject({ status: "in_progress" });
        expect(seen.has(event.item.id)).toBe(false);
        seen.add(event.item.id);
        output.push(structuredClone(event.item));
        return;
      case "response.output_item.done": {
        const { status, ...item } = event.item;
        const before = output[event.output_index];
        expect(before?.id).toBe(item.id);
        expect(status).not.toBe("in_progress");
        // These come whole.
        const isWhole = ["web_search_call", "tool_search_call"].includes(item.type) || "encrypted_content" in item;
        if (!isWhole) expect({ ...before, status }).toEqual(event.item);
        output[event.output_index] = structuredClone(event.item);
        return;
      }
    }
    const item = output[event.output_index];
    expect(event.item_id).toBe(item?.id);
    if ("summary_index" in event) {
      if (item?.type !== "reasoning") throw new Error(`${event.type} for a ${item?.type}`);
      expect(event.summary_index).toBe(0);
      if (event.type === "response.reasoning_summary_part.added") item.summary.push(structuredClone(event.part));
      const [part] = item.summary;
      if (part === undefined) throw new Error(`${event.type} before its part`);
      if ("delta" in event) part.text += event.delta;
      else if ("part" in event) expect(event.part).toEqual(part);
      else expect(event.text).toBe(part.text);
      return;
    }
    if (!("content_index" in event)) {
      const key = item?.type === "function_call" ? "arguments" : item?.type === "custom_tool_call" ? "input" : "code";
      const fields = item as unknown as Record<string, string>;
      if ("delta" in event) fields[key] += event.delta;
      if ("arguments" in event || "input" in event || "code" in event)
        expect(event).toMatchObject({ [key]: fields[key] });
      if ("name" in event) expect(event.name).toBe(fields.name);
      return;
    }
    if (item?.type !== "message" && item?.type !== "reasoning") throw new Error(`${event.type} for a ${item?.type}`);
    expect(event.content_index).toBe(0);
    const content: unknown[] = item.content;
    if (event.type === "response.content_part.added") content.push(structuredClone(event.part));
    const [part] = item.content;
    if (part === undefined) throw new Error(`${event.type} before its part`);
    if ("delta" in event) part.text += event.delta;
    else if (event.type === "response.content_part.done") expect(event.part).toEqual(part);
    else if ("text" in event) expect(event.text).toBe(part.text);
    else if (event.type === "response.output_text.annotation.added") {
      const { annotations } = part as { annotations: unknown[] };
      expect(event.annotation_index).toBe(annotations.length);
      annotations.push(structuredClone(event.annotation));
    }
  });
  return response;
}
