import type { Message } from "../chat/message.js";
import { Role } from "../chat/role.js";
import { calledToolOf } from "../chat/tool-call.js";

/** A range of messages that can only be dropped together. */
export interface Turn {
  /** The index of its first message. */
  readonly from: number;
  /** The index behind its last message. */
  readonly to: number;
}

/**
 * Divides a conversation into turns: the message of a user, or several in a row, and all that follows up to the next one.
 * What an assistant says before the first user is a turn as well. Where a call and its result stand in different turns,
 * because a user has said something between them, these turns and those between them are one. Linear.
 */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const starts = startsOfTurns(messages);
  const lastLinked = linksOf(messages, starts);
  const turns: Turn[] = [];
  for (let first = 0; first < starts.length; ) {
    let last = first;
    for (let turn = first; turn <= last; turn++) last = Math.max(last, lastLinked[turn]!);
    turns.push({ from: starts[first]!, to: starts[last + 1] ?? messages.length });
    first = last + 1;
  }
  return turns;
}

/** Whether a message belongs to no turn: instructions hold for the whole conversation. */
export function isInstruction({ role }: Message): boolean {
  return role === Role.SYSTEM || role === Role.DEVELOPER;
}

function startsOfTurns(messages: readonly Message[]): number[] {
  const starts = [0];
  let before: Role | undefined;
  messages.forEach((message, index) => {
    if (isInstruction(message)) return;
    if (message.role === Role.USER && before !== undefined && before !== Role.USER) starts.push(index);
    before = message.role;
  });
  return starts;
}

/** For each turn, the last one that has the result of one of its calls; the turn itself if there is none. */
function linksOf(messages: readonly Message[], starts: readonly number[]): number[] {
  const links = starts.map((_, turn) => turn);
  const calls = new OpenCalls();
  let turn = 0;
  messages.forEach((message, index) => {
    if (index === starts[turn + 1]) turn++;
    const tool = calledToolOf(message);
    if (tool !== undefined) calls.add(tool.recipient, turn);
    if (message.role !== Role.TOOL) return;
    const called = calls.answer(message.name);
    if (called !== undefined) links[called] = turn;
  });
  return links;
}

interface OpenCall {
  readonly turn: number;
  isOpen: boolean;
}

/** The calls that have no result yet. */
class OpenCalls {
  readonly #all: OpenCall[] = [];
  readonly #byName = new Map<string, OpenCall[]>();

  add(name: string, turn: number): void {
    const call = { turn, isOpen: true };
    this.#all.push(call);
    const ofName = this.#byName.get(name);
    if (ofName === undefined) this.#byName.set(name, [call]);
    else ofName.push(call);
  }

  /**
   * Closes the call that a result answers: the latest one of this name or, since not every program names results as calls
   * are named, the latest one of all.
   * @returns The turn of the call; `undefined` if there is none.
   */
  answer(name: string | undefined): number | undefined {
    const call = takeOpen(this.#byName.get(name ?? "")) ?? takeOpen(this.#all);
    if (call === undefined) return undefined;
    call.isOpen = false;
    return call.turn;
  }
}

/** Takes the latest call that is open; those behind it are closed, and are forgotten. */
function takeOpen(calls: OpenCall[] | undefined): OpenCall | undefined {
  let call = calls?.pop();
  while (call !== undefined && !call.isOpen) call = calls?.pop();
  return call;
}
