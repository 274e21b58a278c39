import { Conversation, HarmonyError, renderConversationParts } from "../../text.js";
import { DataError, ExitCode } from "../failures.js";
import { readToolFile, type ToolFile } from "../input/tools.js";
import type { Run } from "../io.js";
import { openDestination } from "../output/destination.js";

export const run: Run = async ({ settings, io, files }) => {
  const texts: string[] = [];
  for (const name of files.length === 0 ? ["-"] : files) texts.push(textFor(await readToolFile(name, io)));
  const destination = await openDestination(settings.text("output"), io);
  for (const text of texts) await destination.write(new TextEncoder().encode(`${text}\n`));
  await destination.finish();
  return ExitCode.OK;
};

/** The text that the model reads. */
function textFor(file: ToolFile): string {
  const { kind, text } = file;
  switch (kind) {
    case "namespace":
      return sectionOf(text, file);
    case "tools":
      return sectionOf(`{"name":"functions","tools":${text}}`, file);
    case "tool":
      return sectionOf(`{"name":"functions","tools":[${text}]}`, file);
    case "schema": {
      const section = sectionOf(
        `{"name":"functions","tools":[{"name":"f","description":"","parameters":${text}}]}`,
        file,
      );
      const start = section.indexOf("type f = (_: ") + "type f = (_: ".length;
      return section.slice(start, section.lastIndexOf(") => any;"));
    }
  }
}

/** The section of a developer message that declares a namespace, which is given as JSON. */
function sectionOf(namespace: string, { name, kind }: ToolFile): string {
  const content = `{"type":"developer_content","tools":{"namespace":${namespace}}}`;
  try {
    const conversation = Conversation.fromJSON(`{"messages":[{"role":"developer","content":[${content}]}]}`);
    const parts = renderConversationParts(conversation);
    return parts
      .filter(({ section }) => section === "content")
      .map(({ text }) => text)
      .join("");
  } catch (error) {
    if (!(error instanceof HarmonyError)) throw error;
    const path = (error.path ?? "").replace(/^messages\[0\]\.content\[0\]\.tools\.namespace\.?/, "");
    const place = kind === "tool" ? path.replace(/^tools\[0\]\.?/, "") : kind === "schema" ? "" : path;
    throw new DataError(`${name}: ${place === "" ? "" : `${place}: `}${error.message} (${error.code})`);
  }
}
