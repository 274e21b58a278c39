import { HarmonyError } from "../../errors.js";
import { SpecialToken } from "../../special-tokens.js";
import type { Ending } from "../event.js";
import type { Assembler } from "../machine/assembler.js";
import {
  always,
  beginHeader,
  type FinalRule,
  type Grammar,
  Refusal,
  type Rule,
  type State,
} from "../machine/grammar.js";
import { readHeaderAsMessage, readStrictHeader } from "./header.js";

// The rules of the reference (openai-harmony 0.0.8). The example above each of them shows, for `<|start|>assistant`
// before it, a completion and the input at which the rule is called.

// ---- between messages

const expectNothing: FinalRule = () => "between";

/**
 *     <|channel|>final<|message|>Hi<|end|>oops
 *                                         ^
 */
const refuseUnlessStart: Rule = (assembler, input) => {
  const message = `Unexpected token ${input} while expecting start token ${SpecialToken.START}`;
  return new Refusal(new HarmonyError("unexpected-token", message, { tokenIndex: assembler.position }), "between");
};

// ---- in a header

/**
 *     <|channel|>final<|message|>Hi<|end|>
 *     ^^^^^^^^^^^^^^^^
 */
const gather: Rule = (assembler, input) => {
  assembler.gather(input);
  return assembler.gathered.excessFrom === undefined ? "header" : refuseLength(assembler, "header");
};

/**
 *     <|channel|>final<|message|>Hi<|end|>
 *                     ^
 * A header that cannot be read leaves the parser waiting for the next start token, with the given role still in force.
 */
const openMessage: Rule = (assembler) => {
  const tokenIndex = assembler.position;
  if (!assembler.gatheredIsText) {
    return new Refusal(new HarmonyError("undecodable-header", "could not decode header", { tokenIndex }), "between");
  }
  const header = readStrictHeader(assembler.gatheredText, assembler.nextRole, tokenIndex);
  if (header instanceof HarmonyError) return new Refusal(header, "between");
  assembler.open(header);
  return "content";
};

/**
 *     <|channel|>final
 *                     ^ the end of the input
 */
const refuseEndInHeader: FinalRule = (assembler) => {
  const message = "Unexpected EOS while waiting for message header to complete";
  return new Refusal(new HarmonyError("unexpected-end", message, { tokenIndex: assembler.position }), "header");
};

// ---- in a content

/**
 *     <|channel|>final<|message|>Hi<|end|>
 *                                ^
 */
const appendText: Rule = (assembler, input) => {
  const text = assembler.reader.read(input, assembler.position);
  if (text === undefined) {
    assembler.append("");
    return "undecodable";
  }
  if (!assembler.hasRoomFor(text)) return refuseLength(assembler, "content");
  assembler.append(text);
  return "content";
};

/**
 *     <|channel|>final<|message|>Hi<|end|>
 *                                  ^
 */
const closeMessage =
  (ending: Ending): FinalRule =>
  (assembler) => {
    assembler.append(assembler.reader.tail);
    assembler.close(ending);
    return "between";
  };

const stayUndecodable: FinalRule = () => "undecodable";

/** One U+FFFD stands for everything that could not be decoded; it precedes the bytes that were held back then. */
const closeUndecodable =
  (ending: Ending): FinalRule =>
  (assembler) => {
    assembler.append("\uFFFD");
    assembler.append(assembler.reader.tail);
    assembler.close(ending);
    return "between";
  };

/** The reference's grammar. Every mark that does not end a content is text there, start and channel included. */
export const STRICT: Grammar = {
  between: { ...always(refuseUnlessStart), start: beginHeader, finish: expectNothing },
  header: { ...always(gather), message: openMessage, finish: refuseEndInHeader },
  content: {
    ...always(appendText),
    call: closeMessage("call"),
    return: closeMessage("return"),
    end: closeMessage("end"),
    finish: closeMessage("end-of-input"),
  },
  undecodable: {
    ...always(stayUndecodable),
    call: closeUndecodable("call"),
    return: closeUndecodable("return"),
    end: closeUndecodable("end"),
    finish: closeUndecodable("end-of-input"),
  },
};

/**
 *     <|channel|>final Hi<|end|>
 *                        ^
 * A stop token where a message token should be: with a given role, what was gathered is the whole message. An error
 * leaves the header as it was, so that the next stop token reads it again.
 */
const makeMessageOfHeader =
  (ending: Ending): FinalRule =>
  (assembler) => {
    const { nextRole, gathered, position } = assembler;
    if (nextRole !== undefined && !gathered.isEmpty) {
      const undecodable = errorOfDecoding(assembler);
      if (undecodable !== undefined) return new Refusal(undecodable, "header");
      const message = readHeaderAsMessage(gathered, nextRole, position);
      if (message instanceof HarmonyError) return new Refusal(message, "header");
      assembler.add(message.header, message.content, position, ending);
    }
    assembler.nextRole = undefined;
    return "between";
  };

const makeMessageAtEnd: FinalRule = makeMessageOfHeader("end-of-input");

/** Unlike at a message token, the reference says here what it could not decode. */
function errorOfDecoding<Input>({ gatheredIsText, gathered, position }: Assembler<Input>): HarmonyError | undefined {
  const place = { tokenIndex: position };
  if (gathered.unreadable !== undefined) {
    return new HarmonyError("unknown-token", `Invalid token for decoding: ${gathered.unreadable}`, place);
  }
  return gatheredIsText ? undefined : new HarmonyError("undecodable-header", "Invalid utf-8", place);
}

/** If the engine says that the model stopped here, a stop token that it swallowed ended the header. */
const finishHeader: FinalRule = (assembler) =>
  assembler.isStopped ? makeMessageAtEnd(assembler) : refuseEndInHeader(assembler);

/** The reference's grammar with `strict: false`. */
export const PERMISSIVE: Grammar = {
  ...STRICT,
  header: {
    ...STRICT.header,
    call: makeMessageOfHeader("call"),
    return: makeMessageOfHeader("return"),
    end: makeMessageOfHeader("end"),
    finish: finishHeader,
  },
};

function refuseLength<Input>({ settings, position }: Assembler<Input>, state: State): Refusal {
  const message =
    `a message is longer than ${settings.maxMessageLength} UTF-16 units; ` +
    "raise the option maxMessageLength, or stop the generation sooner";
  return new Refusal(new HarmonyError("message-too-long", message, { tokenIndex: position }), state);
}
