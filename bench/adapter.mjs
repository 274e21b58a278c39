/**
 * How a contender in JavaScript is called: for each question, the shortest documented way to the answer.
 * @typedef {object} Adapter
 * @property {(text: string) => ArrayLike<number>} encode Encodes ordinary text.
 * @property {(text: string) => number} [count]
 * @property {(tokens: any) => string} decode Takes what `encode` returned.
 * @property {(json: string) => unknown} [conversation] Reads a conversation.
 * @property {(conversation: any) => ArrayLike<number>} [render]
 * @property {(options?: object) => any} [parser] A parser for an assistant's completion.
 * @property {Record<string, (use: (piece: any) => void) => (tokens: any) => number>} [shapes] What reads a completion a token at
 *   a time into pieces, and returns how many messages it has.
 */
export {};
