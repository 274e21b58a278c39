import type { Totals } from "../work/consumer.js";

/** What a run has come to, in a line. */
export function summaryLine(
  totals: Totals,
  noun: readonly [string, string],
  isStopped: boolean,
  isCheck: boolean,
): string {
  const parts = [counted(totals.records, noun)];
  for (const [name, amount] of Object.entries(totals.counts)) parts.push(`${number(amount)} ${name}`);
  if (totals.findings > 0) parts.push(counted(totals.findings, ["finding", "findings"]));
  const bad = isCheck ? "that cannot be read" : "bad and left out";
  if (isStopped) parts.push("stopped at the first bad one");
  else if (totals.failed > 0) parts.push(`${number(totals.failed)} ${bad}`);
  return parts.join(", ");
}

function counted(amount: number, [one, several]: readonly [string, string]): string {
  return `${number(amount)} ${amount === 1 ? one : several}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
