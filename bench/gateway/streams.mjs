// Asks for many streams at once, and notes when each token arrives. Load tools such as autocannon time whole answers; what
// counts here is when each event of an answer comes, so this is a client of its own, over Node's HTTP.
import { setMaxListeners } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** LiteLLM does not start without one. */
export const KEY = "sk-bench";

const now = () => Number(process.hrtime.bigint()) / 1e6;

/** The content of an event, of either protocol: the engine writes nothing but three digits a token. */
const CONTENT = /"content":"((?:\d{3})+)"/g;

/**
 * @param {object} load
 * @param {string} load.url
 * @param {(question: string) => object} load.bodyOf What is sent.
 * @param {number} load.streams How many at once.
 * @param {number} load.tokens How many tokens each is to have.
 * @param {number} load.ramp Milliseconds in which they are begun, one after the other.
 * @param {number} load.timeout Milliseconds after which what has not ended is given up.
 * @returns For each stream: its name, when its tokens arrived, and what went wrong.
 */
export async function askForStreams({ url, bodyOf, streams, tokens, ramp, timeout }) {
  const agent = new Agent({ keepAlive: true, maxSockets: streams });
  const signal = AbortSignal.timeout(timeout);
  setMaxListeners(0, signal);
  const asked = Array.from({ length: streams }, async (_, index) => {
    await pause((index / streams) * ramp);
    const name = `s${index}`;
    return {
      name,
      ...(await askForStream(url, bodyOf(`stream ${name}: ${tokens} tokens`), { agent, signal, tokens })),
    };
  });
  const results = await Promise.all(asked);
  agent.destroy();
  return results;
}

async function askForStream(url, body, { agent, signal, tokens }) {
  const arrivals = [];
  let expected = 0;
  try {
    const response = await new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${KEY}` };
      const asking = request(url, { method: "POST", agent, signal, headers }, resolve);
      asking.on("error", reject);
      asking.end(JSON.stringify(body));
    });
    let rest = "";
    for await (const text of response.setEncoding("latin1")) {
      const arrived = now();
      rest += text;
      const whole = rest.lastIndexOf("\n") + 1;
      for (const [, digits] of rest.slice(0, whole).matchAll(CONTENT)) {
        for (let offset = 0; offset < digits.length; offset += 3) {
          if (Number(digits.slice(offset, offset + 3)) !== expected % 1000)
            throw new Error(`token ${expected} is missing`);
          expected += 1;
          arrivals.push(arrived);
        }
      }
      rest = rest.slice(whole);
    }
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
    if (expected !== tokens) throw new Error(`${expected} of ${tokens} tokens`);
    return { arrivals };
  } catch (error) {
    return { arrivals, failure: error instanceof Error ? error.message : String(error) };
  }
}
