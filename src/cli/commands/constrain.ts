import {
  type ConstraintOptions,
  type Constraints,
  constraintsFor,
  HarmonyError,
  type ResponseFormatOption,
  type ToolChoice,
} from "../../constraints.js";
import { quote } from "../command-line/read-arguments.js";
import { DataError, ExitCode, UsageError } from "../failures.js";
import { readText } from "../input/source.js";
import { readToolFile } from "../input/tools.js";
import type { Invocation, Io, Run, Settings } from "../io.js";
import { openDestination } from "../output/destination.js";

export const run: Run = async (invocation) => {
  const { settings, io } = invocation;
  const responseFormat = await responseFormatOf(settings, io);
  const tools = await toolsOf(invocation, responseFormat !== undefined);
  const choice = settings.text("tool-choice")!;
  if (choice !== "auto" && choice !== "none" && [...(tools ?? [])].length === 0) {
    throw new UsageError(`--tool-choice ${quote(choice)} needs tools; name a file of them`);
  }
  const constraints = make({
    tools,
    toolChoice: choiceOf(choice),
    responseFormat,
    parallel: settings.flag("parallel"),
  });
  const format = settings.text("format")!;
  const artefact = artefactOf(constraints, format);
  if (artefact === undefined) throw new DataError(MISSING[format]!);
  const destination = await openDestination(settings.text("output"), io);
  const text = typeof artefact === "string" ? artefact : JSON.stringify(artefact);
  await destination.write(new TextEncoder().encode(text.endsWith("\n") ? text : `${text}\n`));
  await destination.finish();
  if (format === "all" || format.startsWith("gbnf")) {
    for (const { path, message } of constraints.notes) {
      await io.stderr.write(`constrain: ${path}: ${message}; check it after parsing\n`);
    }
  }
  return ExitCode.OK;
};

function artefactOf(constraints: Constraints, format: string): unknown {
  switch (format) {
    case "structural-tag":
      return constraints.structuralTag;
    case "structural-tag-legacy":
      return constraints.structuralTagLegacy;
    case "gbnf":
      return constraints.gbnf.strict;
    case "gbnf-lazy":
      return constraints.gbnf.lazy;
    case "gbnf-text":
      return constraints.gbnf.text;
    case "lark":
      return constraints.lark;
    case "two-phase":
      return constraints.twoPhase;
    case "stop-token-ids":
      return constraints.stopTokenIds;
    default:
      return constraints;
  }
}

const MISSING: Readonly<Record<string, string>> = {
  "gbnf-lazy":
    "there is no lazy grammar where the answer is constrained, no tool is declared, or a call is required; use --format gbnf",
  "two-phase":
    "two phases need exactly one kind of message to constrain: a single tool with --tool-choice, or an answer without tools",
};

async function responseFormatOf(settings: Settings, io: Io): Promise<ResponseFormatOption | undefined> {
  const given = ["schema", "regex", "choice"].filter((name) => settings.values[name] !== undefined);
  if (given.length > 1) {
    throw new UsageError(`${given.map((name) => `--${name}`).join(" and ")} exclude each other; give one of them`);
  }
  const [schema, regex, choice] = [settings.text("schema"), settings.text("regex"), settings.list("choice")];
  if (regex !== undefined) return { regex };
  if (choice !== undefined) return { choice };
  if (schema === undefined) return undefined;
  try {
    return { schema: JSON.parse(await readText(schema, io)) as unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DataError(`${schema}: is not JSON: ${error.message}`);
  }
}

async function toolsOf({ files, io }: Invocation, isAnswerGiven: boolean): Promise<ConstraintOptions["tools"]> {
  const names = files.length > 0 ? files : isAnswerGiven ? [] : ["-"];
  const tools: unknown[] = [];
  for (const name of names) {
    const file = await readToolFile(name, io);
    if (file.kind === "schema") {
      throw new DataError(
        `${file.name}: must be a tool, a list of tools, or a namespace; a schema for the answer goes to --schema`,
      );
    }
    if (Array.isArray(file.value)) tools.push(...file.value);
    else tools.push(file.value);
  }
  return tools as ConstraintOptions["tools"];
}

function choiceOf(choice: string): ToolChoice {
  return choice === "auto" || choice === "none" || choice === "required" ? choice : { name: choice };
}

function make(options: ConstraintOptions): Constraints {
  try {
    return constraintsFor(options);
  } catch (error) {
    // The library names its own options, which are nearly those of the command line.
    if (error instanceof TypeError) {
      throw new UsageError(
        error.message.replace("toolChoice.name", "--tool-choice").replace("toolChoice", "--tool-choice"),
      );
    }
    if (!(error instanceof HarmonyError)) throw error;
    const place = error.path === undefined ? "" : `${error.path}: `;
    throw new DataError(`${place}${error.message} (${error.code})`);
  }
}
