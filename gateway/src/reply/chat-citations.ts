import type { ChatCompletionChunk, WrittenCompletion } from "harmony-format/chat-completions";
import type { CitationResolver } from "harmony-format/responses";

/** A place of an answer that cites a page, as Chat Completions has it. */
export interface ChatAnnotation {
  readonly type: "url_citation";
  readonly url_citation: {
    readonly url: string;
    readonly title: string;
    /** Where the citation begins in the content, in UTF-16 units. */
    readonly start_index: number;
    /** Where it ends, in UTF-16 units. */
    readonly end_index: number;
  };
}

/** Adds `annotations` to an answer: the pages that the model cites as `【6†L9-L11】`. The text stays as the model wrote it. */
export class ChatCitations {
  readonly #resolve: CitationResolver;
  readonly #annotations: ChatAnnotation[] = [];
  #length = 0;

  constructor(resolve: CitationResolver) {
    this.#resolve = resolve;
  }

  /** A chunk with the citations that it holds: a writer never cuts one in two. */
  inChunk(chunk: ChatCompletionChunk): ChatCompletionChunk {
    const [choice] = chunk.choices;
    const text = choice?.delta.content ?? "";
    if (choice === undefined || text === "") return chunk;
    const offset = this.#length;
    this.#length += text.length;
    const annotations = [...text.matchAll(/【(\d+)†([^†】]+)(?:†[^†】]+)?】/g)].flatMap((found): ChatAnnotation[] => {
      const { 0: marker, 1: cursor = "", 2: lines = "", index } = found;
      const page = this.#resolve({ cursor: Number(cursor), lines });
      if (page === undefined) return [];
      const start_index = offset + index;
      const { url, title = url } = page;
      return [
        { type: "url_citation", url_citation: { url, title, start_index, end_index: start_index + marker.length } },
      ];
    });
    if (annotations.length === 0) return chunk;
    this.#annotations.push(...annotations);
    const delta = { ...choice.delta, annotations };
    return { ...chunk, choices: [{ ...choice, delta }] };
  }

  /** The whole answer, with all citations that have been in its chunks. */
  inCompletion(completion: WrittenCompletion): WrittenCompletion {
    if (this.#annotations.length === 0) return completion;
    const [choice] = completion.choices;
    const message = { ...choice.message, annotations: structuredClone(this.#annotations) };
    return { ...completion, choices: [{ ...choice, message }] };
  }
}
