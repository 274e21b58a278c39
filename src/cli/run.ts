import type { CommandDescription } from "./command-line/description.js";
import { commandHelp, programHelp } from "./command-line/help.js";
import { nearest, quote, readArguments } from "./command-line/read-arguments.js";
import { COMMANDS } from "./command-line/table.js";
import { LOAD } from "./commands/load.js";
import { DataError, ExitCode, FileError, Interrupted, ReaderGone, UsageError } from "./failures.js";
import type { Io } from "./io.js";
import { PROGRAM, version } from "./program.js";

/**
 * Runs a command line to its end.
 * @param argv The arguments, without the program itself.
 * @returns The exit code. What went wrong is said on standard error, in a line, and never thrown.
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const command = COMMANDS.find(({ name }) => name === argv[0]);
  try {
    return await (command === undefined ? runProgram(argv, io) : runCommand(command, argv.slice(1), io));
  } catch (error) {
    if (error instanceof ReaderGone) return ExitCode.OK;
    if (error instanceof Interrupted) return ExitCode.INTERRUPTED;
    const [code, line] = failureOf(error);
    const name = command === undefined ? PROGRAM : `${PROGRAM} ${command.name}`;
    // Where standard error is gone as well, the exit code has to do.
    await io.stderr.write(`${name}: ${line}\n`).catch(() => {});
    return code;
  }
}

function failureOf(error: unknown): [ExitCode, string] {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) return [ExitCode.USAGE, message];
  if (error instanceof FileError) return [ExitCode.IO, message];
  if (error instanceof DataError) return [ExitCode.FINDINGS, message];
  const name = error instanceof Error ? `${error.name}: ` : "";
  return [ExitCode.IO, `a defect of this program, please report it: ${name}${message.split("\n")[0]}`];
}

async function runProgram(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first, second] = argv;
  if (first === undefined) {
    await io.stderr.write(programHelp());
    return ExitCode.USAGE;
  }
  if (first === "--help" || first === "-h" || (first === "help" && second === undefined)) {
    await io.stdout.write(programHelp());
    return ExitCode.OK;
  }
  if (first === "--version" || first === "-V") {
    await io.stdout.write(`${PROGRAM} ${version()}\n`);
    return ExitCode.OK;
  }
  const named = first === "help" ? second! : first;
  const command = COMMANDS.find(({ name }) => name === named);
  if (command !== undefined) {
    await io.stdout.write(commandHelp(command));
    return ExitCode.OK;
  }
  const near = nearest(
    named,
    COMMANDS.map(({ name }) => name),
  );
  const what = named.startsWith("-") ? "option" : "command";
  const hint = near === undefined ? `${PROGRAM} --help lists the commands` : `did you mean ${near}?`;
  throw new UsageError(`unknown ${what} ${quote(named)}; ${hint}`);
}

async function runCommand(command: CommandDescription, argv: readonly string[], io: Io): Promise<ExitCode> {
  // Asking for help is right wherever it stands, and whatever else is wrong.
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  if (options.includes("--help") || options.includes("-h")) {
    await io.stdout.write(commandHelp(command));
    return ExitCode.OK;
  }
  const { settings, operands } = readArguments(command, argv);
  const { run: runModule } = await LOAD[command.name]!();
  return await runModule({ command: command.name, settings, files: operands, io });
}
