import type { ResponseUrlCitation } from "./output-item.js";

/** A citation as the model writes it: `【6†L9-L11】`. */
export interface Citation {
  /** The page, by the number that the browser has given it. */
  readonly cursor: number;
  /** What follows the dagger, usually lines: `L9-L11`. */
  readonly lines: string;
}

/** Finds the page of a citation; `undefined` for one that is not known. */
export type CitationResolver = (
  citation: Citation,
) => { readonly url: string; readonly title?: string | undefined } | undefined;

/**
 * The citations in a piece of a text that name a page that is known. The text stays as it is.
 *
 * @param offset Where the piece begins in the text. A piece holds a citation whole, or nothing of it.
 */
export function citationsIn(piece: string, offset: number, resolve: CitationResolver): ResponseUrlCitation[] {
  if (!piece.includes("】")) return [];
  const citations: ResponseUrlCitation[] = [];
  for (const { 0: marker, 1: cursor = "", 2: lines = "", index } of piece.matchAll(
    /【(\d+)†([^†】]+)(?:†[^†】]+)?】/g,
  )) {
    const page = resolve({ cursor: Number(cursor), lines });
    if (page === undefined) continue;
    const { url, title = url } = page;
    const start = offset + index;
    citations.push({ type: "url_citation", url, title, start_index: start, end_index: start + marker.length });
  }
  return citations;
}
