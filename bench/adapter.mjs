/**
 * What a contender in JavaScript is asked through; each is the shortest documented way to the answer.
 * @typedef {object} Adapter
 * @property {(text: string) => ArrayLike<number>} encode Encodes ordinary text.
 * @property {(text: string) => number} [count]
 * @property {(tokens: any) => string} decode Takes what `encode` gave.
 * @property {(json: string) => unknown} [conversation] Reads a conversation.
 * @property {(conversation: any) => ArrayLike<number>} [render]
 * @property {(options?: object) => any} [parser] A parser of an assistant's completion.
 */
export {};
