import { parse } from "parse5";
import { attributeOf, type Element, isElement, isText, type Node, textsOf, walk } from "./html-tree.js";
import type { Page } from "./page.js";
import { domainOf, replaceLinks } from "./replace-links.js";
import { TextBuilder } from "./text-builder.js";

/** How much of a page is read, in UTF-16 units of its HTML. */
const MOST_HTML = 4_000_000;

/** What a page is made from. */
export interface PageSource {
  readonly html: string;
  /** Empty for a page that is made here. */
  readonly url: string;
  readonly title?: string | undefined;
}

/**
 * A page as gpt-oss has met pages: its text with the links as `【0†text】` or, where they lead to another domain,
 * `【0†text†domain】`, and with images as their names. What looks like such a link in the page itself is changed.
 *
 * @throws TypeError for a page without anything in it.
 */
export function pageOf({ html, url, title }: PageSource): Page {
  const source = withoutConfusing(html.slice(0, MOST_HTML));
  if (source.trim() === "") throw new TypeError("Document is empty");
  const document = parse(source, { scriptingEnabled: false });
  const ownTitle = titleIn(document);
  const links = replaceLinks(document, url);
  separateWords(document);
  const text = textOf(document)
    .replaceAll(/^\s+$/gm, "")
    .replaceAll(/\n(\s*\n)+/g, "\n\n");
  return { url, title: title || (ownTitle ?? domainOf(url)), text: `\nURL: ${url}\n${text}`, links };
}

/** The elements whose text nobody reads. */
const SKIPPED: ReadonlySet<string> = new Set(["head", "style", "script", "math", "template"]);
const CODE: ReadonlySet<string> = new Set(["code", "tt", "kbd", "samp"]);
const STRUCK: ReadonlySet<string> = new Set(["del", "s", "strike"]);

function textOf(document: Node): string {
  const builder = new TextBuilder();
  walk(document, (node) => {
    if (isText(node)) {
      builder.add(node.value);
      return undefined;
    }
    builder.tag();
    if (!isElement(node) || SKIPPED.has(node.tagName)) return undefined;
    const end = beginElement(node, builder);
    return () => {
      builder.tag();
      end();
    };
  });
  return builder.toString();
}

/** @returns What ends it. */
function beginElement(element: Element, builder: TextBuilder): () => void {
  const { tagName: name } = element;
  const nothing = (): void => {};
  const paragraph = (): void => builder.paragraph();
  const line = (): void => builder.line();
  const heading = /^h([1-6])$/.exec(name);
  if (heading !== null) {
    builder.heading(Number(heading[1]));
    return paragraph;
  }
  if (CODE.has(name)) return builder.isPreformatted ? nothing : marked(builder, "`");
  if (STRUCK.has(name)) return marked(builder, "~~");
  switch (name) {
    case "p":
    case "div":
      paragraph();
      return paragraph;
    case "br":
      builder.lineBreak();
      return nothing;
    case "hr":
      builder.rule();
      return nothing;
    case "q":
      return marked(builder, '"');
    case "ul":
    case "ol":
      builder.beginList(name === "ol", startOf(element));
      return () => builder.endList();
    case "li":
      builder.item();
      return line;
    case "tr":
    case "dt":
      return line;
    case "dl":
      paragraph();
      return nothing;
    case "dd":
      builder.definition();
      return line;
    case "blockquote":
      builder.beginQuotation();
      return () => builder.endQuotation();
    case "pre":
      builder.beginPreformatted();
      return () => builder.endPreformatted();
    default:
      return nothing;
  }
}

function marked(builder: TextBuilder, mark: string): () => void {
  builder.mark(mark);
  return () => builder.mark(mark);
}

function startOf(list: Element): number {
  const start = Number.parseInt(attributeOf(list, "start") ?? "", 10);
  return Number.isNaN(start) ? 1 : start;
}

function titleIn(document: Node): string | undefined {
  let title: string | undefined;
  walk(document, (node) => {
    if (title === undefined && isElement(node) && node.tagName === "title") title = textsOf(node).join("");
    return () => {};
  });
  return title;
}

/** Puts a space between two words that only tags separate: those of two cells, for example. */
function separateWords(document: Node): void {
  let last: { value: string } | undefined;
  let isTagBetween = false;
  walk(document, (node) => {
    if (isText(node)) {
      const isWord = /^[\p{L}\p{N}_]/u.test(node.value);
      if (last !== undefined && isTagBetween && isWord && /[\p{L}\p{N}_]$/u.test(last.value)) last.value += " ";
      last = node;
      isTagBetween = false;
      return undefined;
    }
    isTagBetween = true;
    return () => {
      isTagBetween = true;
    };
  });
}

/** HTML without what the model would take for the browser's own marks, and without characters that it met in no page. */
function withoutConfusing(html: string): string {
  return html
    .replaceAll(/[\u{10000}-\u{1ffff}\u200b]/gu, "")
    .replaceAll("【", "〖")
    .replaceAll("】", "〗")
    .replaceAll("◼", "◾");
}
