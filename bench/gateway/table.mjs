/** The figures of a run as a table of Markdown. */
export function tableOf({ date, machine, pace, tokens, results }) {
  const { processor, cores, memory, node } = machine;
  const lines = results.map(({ subject, streams, delay, ...result }) => {
    const alone = results.find((other) => other.streams === streams);
    const added = (share) => (delay[share] - alone.delay[share]).toFixed(1);
    return [
      subject,
      streams,
      result.seconds.toFixed(1),
      result.tokensPerSecond,
      delay.p50.toFixed(1),
      delay.p99.toFixed(1),
      subject === alone.subject ? "–" : added("p50"),
      subject === alone.subject ? "–" : added("p99"),
      result.lost,
      result.failed,
      result.processorPerToken.toFixed(0),
      (result.memoryPerStream / 1024).toFixed(0),
      result.socketsLeft,
    ];
  });
  const head = [
    "asked",
    "streams",
    "seconds",
    "tokens/s",
    "p50 ms",
    "p99 ms",
    "added p50 ms",
    "added p99 ms",
    "tokens lost",
    "streams failed",
    "µs of processor a token",
    "KiB a stream",
    "sockets left",
  ];
  const rows = [head, head.map((_, index) => (index === 0 ? "---" : "--:")), ...lines];
  const about = [
    `${date.slice(0, 10)}, ${processor}, ${cores} cores, ${memory}, Node ${node}; engine, gateway and client share the machine.`,
    `Each stream has ${tokens} tokens at ${pace} a second, so it takes ${tokens / pace} seconds if nothing is too slow; the streams of a run are begun within one second. A delay is from when the engine writes a token to when the client has it.`,
  ];
  return `${about.join("\n")}\n\n${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}
