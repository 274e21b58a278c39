import { memberPath } from "../../../json/value.js";
import { whiteSpace } from "./any-value.js";
import { boundsOf, type Conversion, listOf, Unsatisfiable } from "./conversion.js";
import { MOST_REPETITIONS, repetition } from "./gbnf-text.js";
import type { SchemaObject } from "./merge.js";
import type { Rules } from "./rules.js";
import { isTooLong } from "./strings.js";

/** The arrays of a schema. */
export function arrayRule(schema: SchemaObject, path: string, name: string, conversion: Conversion): string {
  const { rules } = conversion;
  const { items } = schema;
  const isTuple = Array.isArray(items);
  const prefix = listOf((isTuple ? items : schema.prefixItems) ?? [], memberPath(path, "prefixItems"));
  const rest = (isTuple ? schema.additionalItems : items) ?? true;
  let [least, most] = boundsOf(schema, "minItems", "maxItems", path);
  const itemAt = (index: number): string | undefined => {
    const isInPrefix = index < prefix.length;
    const place = isInPrefix ? memberPath(memberPath(path, "prefixItems"), index) : memberPath(path, "items");
    return conversion.inner(isInPrefix ? prefix[index]! : rest, place, `${name}-item`);
  };
  const first: string[] = [];
  for (let index = 0; index < Math.min(prefix.length, most); index++) {
    const item = itemAt(index);
    if (item === undefined) most = index;
    else first.push(item);
  }
  const other = most > first.length ? itemAt(prefix.length) : undefined;
  if (other === undefined) most = Math.min(most, first.length);
  if (least > most) throw new Unsatisfiable(path);
  if (isTooLong(least, most)) {
    conversion.note(
      path,
      least > MOST_REPETITIONS ? "minItems" : "maxItems",
      `more than ${MOST_REPETITIONS} items cannot be counted`,
    );
    [least, most] = [Math.min(least, MOST_REPETITIONS), Number.POSITIVE_INFINITY];
  }
  return rules.add(`${name}-array`, itemsInOrder(first, other, least, most, rules));
}

/** First these items, then any number of others, in all as many as the bounds say. */
function itemsInOrder(
  first: readonly string[],
  other: string | undefined,
  least: number,
  most: number,
  rules: Rules,
): string {
  const space = whiteSpace(rules);
  const comma = (index: number): string => (index === 0 ? space : `${space} "," ${space}`);
  // Built from behind: each item of the prefix holds what may follow it.
  let tail = "";
  if (other !== undefined) {
    const done = first.length;
    const next = rules.add("next-item", `${comma(1)} ${other}`);
    const from = Math.max(0, least - done);
    if (done > 0) tail = `${next}${repetition(from, most - done)}`;
    else {
      const more = most - 1 > 0 ? ` ${next}${repetition(Math.max(0, from - 1), most - 1)}` : "";
      tail = from === 0 ? `(${space} ${other}${more})?` : `${space} ${other}${more}`;
    }
  }
  for (let index = first.length - 1; index >= 0; index--) {
    const item = [comma(index), first[index], tail].filter(Boolean).join(" ");
    tail = index < least ? item : `(${item})?`;
  }
  return ['"["', tail, space, '"]"'].filter(Boolean).join(" ");
}
