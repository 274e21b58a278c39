import type { DefaultTreeAdapterTypes } from "parse5";

export type Node = DefaultTreeAdapterTypes.Node;
export type Element = DefaultTreeAdapterTypes.Element;
export type TextNode = DefaultTreeAdapterTypes.TextNode;

/**
 * Goes through the nodes below one, in order. Without recursion: a page may be nested as deeply as it likes.
 * @param enter Returns what is to be done behind the children; `undefined` where they are not to be looked at.
 */
export function walk(root: Node, enter: (node: Node) => (() => void) | undefined): void {
  const open: { readonly nodes: readonly Node[]; index: number; readonly end: () => void }[] = [
    { nodes: childrenOf(root), index: 0, end: () => {} },
  ];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const node = top.nodes[top.index];
    top.index += 1;
    if (node === undefined) {
      top.end();
      open.pop();
      continue;
    }
    const end = enter(node);
    if (end !== undefined) open.push({ nodes: childrenOf(node), index: 0, end });
  }
}

/** The texts in a node, in order. */
export function textsOf(root: Node): string[] {
  const texts: string[] = [];
  walk(root, (node) => {
    if (isText(node)) texts.push(node.value);
    return () => {};
  });
  return texts;
}

/** Puts a text in the place of an element. */
export function replaceByText(element: Element, value: string): void {
  const parent = element.parentNode;
  if (parent === null) return;
  const text: TextNode = { nodeName: "#text", value, parentNode: parent };
  parent.childNodes[parent.childNodes.indexOf(element)] = text;
}

export function childrenOf(node: Node): readonly Node[] {
  return "childNodes" in node ? node.childNodes : [];
}

export function isText(node: Node): node is TextNode {
  return node.nodeName === "#text";
}

export function isElement(node: Node): node is Element {
  return "tagName" in node;
}

export function attributeOf(element: Element, name: string): string | undefined {
  return element.attrs.find((attribute) => attribute.name === name)?.value;
}
