import { ApiError } from "harmony-format/client";
import type { ResponseOutputItem } from "harmony-format/responses";
import { fieldsOf } from "../../http/body.js";
import { callKeys, isHidden } from "../../reply/response-items.js";
import type { State } from "../../state/state.js";
import { callTokensKeys } from "./call-tokens.js";
import { type GatewayResponse, hasEnded } from "./response.js";

/** What is kept of a response. */
export interface ResponseRecord {
  readonly response: GatewayResponse;
  /** The items of its own request, each with an id. */
  readonly input: readonly object[];
  /** The ids of those of them that came without one. */
  readonly given: readonly string[];
  /** The responses that it goes on from, the first of the conversation first. */
  readonly ancestors: readonly string[];
  /**
   * What the model sees again of it, in order: a number is the place of an item in `output`, everything else an item that the
   * client is not shown, such as the tokens that the model wrote.
   */
  readonly turn: readonly unknown[];
  /** Whether its events are kept, so that its stream can be read again. */
  readonly hasEvents: boolean;
  /** When it was kept the last time, in milliseconds since 1970. */
  readonly keptAt: number;
}

/** What a request goes on from. */
export interface Conversation {
  /** The responses of the conversation, the first one first. */
  readonly ancestors: readonly string[];
  /** All items, those included that the client is not shown. */
  readonly items: readonly unknown[];
}

/**
 * Responses in the state. Each is kept once, with the items of its own request, and names those before it: deleting it leaves
 * no copy of what it said.
 */
export class ResponseStore {
  readonly state: State;

  constructor(state: State) {
    this.state = state;
  }

  async find(id: string): Promise<ResponseRecord | undefined> {
    return (await this.state.get(keyOf(id))) as ResponseRecord | undefined;
  }

  /** Keeps a response, and whatever else is to be kept with it at once. */
  async keep(record: ResponseRecord, others: Iterable<readonly [string, unknown]> = []): Promise<void> {
    await this.state.setMany(new Map([...others, ...entriesOf(record)]));
  }

  /** Deletes a response, its items and its events. @returns Whether there was one. */
  async delete(id: string): Promise<boolean> {
    const record = await this.find(id);
    if (record === undefined) return false;
    const { output } = record.response;
    await this.state.deleteMany([...entriesOf(record).keys(), ...callKeys(output), ...callTokensKeys(output)]);
    for (let first = 0; ; first += CHUNKS_AT_ONCE) {
      const keys = Array.from({ length: CHUNKS_AT_ONCE }, (_, index) => eventsKey(id, first + index));
      const isLast = !record.hasEvents || (await this.state.getMany(keys)).at(-1) === undefined;
      await this.state.deleteMany(keys);
      if (isLast) return true;
    }
  }

  /**
   * The conversation up to the end of a response.
   * @throws ApiError for one that nothing can go on from.
   */
  async conversation(record: ResponseRecord): Promise<Conversation> {
    const { id } = record.response;
    const { status } = record.response;
    if (!hasEnded(record.response) || status === "failed" || status === "cancelled") {
      const remedy = hasEnded(record.response) ? "go on from the one before it" : "wait until it has ended";
      throw new ApiError(`the response ${JSON.stringify(id)} is ${status}; ${remedy}`, {
        param: "previous_response_id",
        code: "previous_response_not_usable",
      });
    }
    const records = [...(await this.#ancestorsOf(record, id)), record];
    await this.#renew(records);
    return { ancestors: [...record.ancestors, id], items: records.flatMap(itemsOf) };
  }

  /** The items that a response was made from, as a client is shown them. */
  async inputItems(record: ResponseRecord): Promise<object[]> {
    const before = await this.#ancestorsOf(record, record.response.id);
    const items = [...before.flatMap(({ input, response }) => [...input, ...response.output]), ...record.input];
    return items.filter((item) => !isHidden(item));
  }

  /** The items of some ids: those of inputs that had none when they came, and those of outputs. */
  async items(ids: readonly string[]): Promise<ReadonlyMap<string, object>> {
    const owners = await this.state.getMany(ids.map(itemKey));
    const known = [...new Set(owners.filter((owner) => typeof owner === "string"))];
    const records = (await this.state.getMany(known.map(keyOf))) as (ResponseRecord | undefined)[];
    const items = new Map<string, object>();
    for (const record of records) {
      for (const item of [...(record?.input ?? []), ...(record?.response.output ?? [])]) {
        const { id } = fieldsOf(item);
        if (typeof id === "string" && ids.includes(id)) items.set(id, item);
      }
    }
    return items;
  }

  /** @throws ApiError where one of them is not there any more. */
  async #ancestorsOf({ ancestors }: ResponseRecord, id: string): Promise<ResponseRecord[]> {
    const records = (await this.state.getMany(ancestors.map(keyOf))) as (ResponseRecord | undefined)[];
    return records.map((record, index) => {
      if (record !== undefined) return record;
      const gone = JSON.stringify(ancestors[index]);
      const message = `the response ${gone}, which ${JSON.stringify(id)} goes on from, has been deleted or forgotten; send the items of the conversation as input instead`;
      throw new ApiError(message, { param: "previous_response_id", code: "previous_response_not_found" });
    });
  }

  /** A conversation that goes on is kept as a whole: what is old is kept anew. */
  async #renew(records: readonly ResponseRecord[]): Promise<void> {
    const now = Date.now();
    const old = records.filter(({ keptAt }) => now - keptAt > this.state.ttl / 2);
    for (const record of old) await this.keep({ ...record, keptAt: now });
  }
}

/** How many pieces of a stream are looked for at once. */
export const CHUNKS_AT_ONCE = 32;

/** What a piece of the events of a response is kept under. */
export function eventsKey(id: string, index: number): string {
  return `events:${id}:${index}`;
}

/** The items of a turn as the record of a response has them. */
export function turnOf(items: readonly unknown[], output: readonly ResponseOutputItem[]): unknown[] {
  const places = new Map(output.map(({ id }, index) => [id, index]));
  return items.map((item) => places.get(String(fieldsOf(item).id)) ?? item);
}

function itemsOf({ input, response, turn }: ResponseRecord): unknown[] {
  return [...input, ...turn.map((item) => (typeof item === "number" ? response.output[item] : item))];
}

/** A record, and for each of its items which response it belongs to. */
function entriesOf(record: ResponseRecord): Map<string, unknown> {
  const { id, output } = record.response;
  // An id that a client has brought may be that of another response's item.
  const ids = [...record.given, ...output.map((item) => item.id)];
  return new Map<string, unknown>([[keyOf(id), record], ...ids.map((itemId) => [itemKey(itemId), id] as const)]);
}

function keyOf(id: string): string {
  return `response:${id}`;
}

function itemKey(id: string): string {
  return `item:${id}`;
}
