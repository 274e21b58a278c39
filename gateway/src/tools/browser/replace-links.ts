import {
  attributeOf,
  childrenOf,
  type Element,
  isElement,
  isText,
  type Node,
  replaceByText,
  textsOf,
  walk,
} from "./html-tree.js";

/**
 * Puts texts in the places of links, images and raised or lowered words, as the model knows them.
 *
 * @param url Where the page comes from; empty for one that is made here.
 * @returns Where the links lead, by their numbers.
 */
export function replaceLinks(document: Node, url: string): string[] {
  const links: string[] = [];
  const numbers = new Map<string, number>();
  const elements: Element[] = [];
  const domain = domainOf(url);
  walk(document, (node) => {
    if (!isElement(node)) return undefined;
    const text = node.tagName === "a" ? linkText(node) : undefined;
    if (text === undefined) {
      elements.push(node);
      return () => {};
    }
    replaceByText(node, text);
    return undefined;
  });
  let imageCount = 0;
  for (const element of elements) {
    const text = element.tagName === "img" ? imageText(element, imageCount) : wordText(element);
    if (text === undefined) continue;
    if (element.tagName === "img") imageCount += 1;
    replaceByText(element, text);
  }
  return links;

  function linkText(element: Element): string | undefined {
    const link = attributeOf(element, "href");
    if (link === undefined || /^(?:mailto|javascript):/.test(link)) return undefined;
    const text = textsOf(element).join(" ").replaceAll(/\s+/g, " ").replaceAll("†", "‡");
    if (text === "") return undefined;
    if (link.startsWith("#")) return text;
    const target = resolved(link, url);
    const targetDomain = target === undefined ? "" : domainOf(target);
    if (target === undefined || targetDomain === "") return undefined;
    const page = target.replaceAll("arxiv.org", "ar5iv.org");
    let number = numbers.get(page);
    if (number === undefined) {
      number = links.length;
      links.push(page);
      numbers.set(page, number);
    }
    return targetDomain === domain ? `【${number}†${text}】` : `【${number}†${text}†${targetDomain}】`;
  }
}

/** The domain of an address, with its port; empty for none. */
export function domainOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "";
  }
}

function imageText(element: Element, number: number): string {
  const label = attributeOf(element, "alt") ?? attributeOf(element, "title") ?? "";
  return label === "" ? `[Image ${number}]` : `[Image ${number}: ${label}]`;
}

/** A raised or lowered word. */
function wordText(element: Element): string | undefined {
  const { tagName: name } = element;
  if (name !== "sup" && name !== "sub") return undefined;
  const [only, ...others] = childrenOf(element);
  const isWord = only !== undefined && others.length === 0 && isText(only) && /^[\p{L}\p{N}_-]+$/u.test(only.value);
  return isWord ? `${name === "sup" ? "^" : "_"}{${only.value}}` : undefined;
}

function resolved(link: string, base: string): string | undefined {
  try {
    return base === "" ? new URL(link).href : new URL(link, base).href;
  } catch {
    return undefined;
  }
}
