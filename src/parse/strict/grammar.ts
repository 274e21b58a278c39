import { HarmonyError } from "../../errors.js";
import { SpecialToken } from "../../special-tokens.js";
import type { Ending } from "../event.js";
import { always, type FinalRule, type Grammar, type Rule } from "../machine/grammar.js";
import type { Machine } from "../machine/machine.js";
import { readHeaderAsMessage, readStrictHeader } from "./header.js";

const nothing = (): void => {};

const beginHeader: Rule = (machine) => machine.beginHeader();

const gather: Rule = (machine, input) => {
  machine.gather(input);
};

const refuse: Rule = (machine, input) => {
  const message = `Unexpected token ${input} while expecting start token ${SpecialToken.START}`;
  throw new HarmonyError("unexpected-token", message, { tokenIndex: machine.position });
};

const refuseEndInHeader: FinalRule = (machine) => {
  const message = "Unexpected EOS while waiting for message header to complete";
  throw new HarmonyError("unexpected-end", message, { tokenIndex: machine.position });
};

const openMessage: Rule = (machine) => {
  const tokenIndex = machine.position;
  // Before anything can go wrong with the header: a header that failed leaves the machine waiting for the next start,
  // with the given role still in force.
  machine.state = "between";
  if (!machine.gatheredIsText) {
    throw new HarmonyError("undecodable-header", "could not decode header", { tokenIndex });
  }
  machine.open(readStrictHeader(machine.gatheredText, machine.nextRole, tokenIndex));
};

const appendText: Rule = (machine, input) => {
  const text = machine.reader.read(input);
  if (text !== undefined) {
    machine.append(text);
  } else {
    machine.append("");
    machine.state = "undecodable";
  }
};

const closeMessage =
  (ending: Ending): FinalRule =>
  (machine) =>
    machine.close(ending);

/** One U+FFFD stands for all that could not be decoded; it comes before the bytes that were held back then. */
const closeUndecodable =
  (ending: Ending): FinalRule =>
  (machine) => {
    machine.append("\uFFFD");
    machine.close(ending);
  };

/** The reference's grammar. Every mark that does not end a content is text there, start and channel included. */
export const STRICT: Grammar = {
  between: { ...always(refuse), start: beginHeader, finish: nothing },
  header: { ...always(gather), message: openMessage, finish: refuseEndInHeader },
  content: {
    ...always(appendText),
    call: closeMessage("call"),
    return: closeMessage("return"),
    end: closeMessage("end"),
    finish: closeMessage("end-of-input"),
  },
  undecodable: {
    ...always(nothing),
    call: closeUndecodable("call"),
    return: closeUndecodable("return"),
    end: closeUndecodable("end"),
    finish: closeUndecodable("end-of-input"),
  },
};

/** A stop token where a message token should be: with a given role, the header was the message. */
const makeMessageOfHeader =
  (ending: Ending): Rule =>
  (machine) => {
    const { nextRole, pending, position } = machine;
    if (nextRole !== undefined && !pending.isEmpty) {
      checkDecoded(machine);
      const { header, content } = readHeaderAsMessage(machine.gatheredText, nextRole, position);
      machine.add(header, content, position, ending);
    }
    machine.nextRole = undefined;
    machine.state = "between";
  };

/** Unlike at a message token, the reference here says what it could not decode. */
function checkDecoded<Input>({ gatheredIsText, pending, position }: Machine<Input>): void {
  if (pending.unreadable !== undefined) {
    const message = `Invalid token for decoding: ${pending.unreadable}`;
    throw new HarmonyError("unknown-token", message, { tokenIndex: position });
  }
  if (!gatheredIsText) throw new HarmonyError("undecodable-header", "Invalid utf-8", { tokenIndex: position });
}

/** The reference's grammar with `strict: false`. */
export const PERMISSIVE: Grammar = {
  ...STRICT,
  header: {
    ...STRICT.header,
    call: makeMessageOfHeader("call"),
    return: makeMessageOfHeader("return"),
    end: makeMessageOfHeader("end"),
  },
};
