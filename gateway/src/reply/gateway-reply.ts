import type {
  CitationResolver,
  EndedReply,
  HarmonyRequest,
  ReplyEvent,
  RequestWarning,
} from "harmony-format/responses";
import type { Settings } from "../settings/options.js";
import { NO_TOOLS, type OfferedTools } from "../tools/offered-tools.js";
import type { Toolbox } from "../tools/toolbox.js";
import type { Round } from "./round.js";
import { ToolRounds } from "./tool-rounds.js";

/**
 * The reply to a request, as it arrives: iterating over it, once, gives the events of its parts. The tools that the gateway
 * itself runs are run in between, so that a reply may be several completions of the engine: its rounds.
 *
 * - The parts are counted through all rounds. Calls that the client is not shown have no part.
 * - `usage` is the sum of all rounds. Each round reads the conversation again, so the tokens of the prompt count again; what
 *   the engine has found in its cache is counted there.
 * - `finish` is that of the last round; `undefined` where `maxRounds` or the limit of tokens has ended the reply between two
 *   rounds.
 * - `carriedTokens` are those of the last round.
 *
 * Iterating throws an EngineError for all that goes wrong with the engine, and the reason of the signal.
 */
export interface GatewayReply extends AsyncIterable<ReplyEvent>, EndedReply {
  /** The completions that have ended. */
  readonly rounds: readonly Round[];
  /** Finds the pages that the model cites, for a writer. */
  readonly citation: CitationResolver | undefined;
  /** What was left out of the request. */
  readonly warnings: readonly RequestWarning[];
  readonly toolbox: Toolbox;
}

/** How a reply is made, beside the settings. */
export interface ReplyToOptions {
  /** The tools that the gateway runs for this request. Default: none. */
  readonly tools?: OfferedTools | undefined;
  /** Whether the client is shown the calls of the model's own tools that the gateway answers. Default: `true`. */
  readonly showsCalls?: boolean | undefined;
}

/** How many completions a reply may take, where nobody says it. */
const MAX_ROUNDS = 16;

/**
 * Begins the reply to a request.
 * @throws ApiError for what the engine cannot be held to.
 */
export function replyTo(
  request: HarmonyRequest,
  settings: Settings,
  signal: AbortSignal,
  { tools, showsCalls = true }: ReplyToOptions = {},
): GatewayReply {
  const { engine, encoding, metrics } = settings;
  const { unsupported } = settings.readOptions();
  const toolbox = (tools ?? NO_TOOLS).toolbox();
  const maxRounds = settings.tools.maxRounds ?? MAX_ROUNDS;
  return new ToolRounds(request, { engine, encoding, signal, unsupported, toolbox, maxRounds, showsCalls, metrics });
}
