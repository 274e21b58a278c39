/**
 * Lays out the text of a page as it is told of its elements, in the plain Markdown that gpt-oss has met in pages: headings with
 * `#`, items with `*` or a number, quotations with `>`, code indented.
 */
export class TextBuilder {
  #text = "";
  /** How many line feeds stand before the next text. */
  #breaks = 0;
  /** Whether the line has begun with a mark, behind which no further line begins before a text. */
  #isMarked = false;
  /** Whether a space stands before the next text. */
  #isSpaced = false;
  /** What has come since the last tag. */
  #run = "";
  #quotes = 0;
  /** How many quotations the empty line before the next text is in. */
  #quotesBetween = 0;
  #preDepth = 0;
  #isPreFresh = false;
  readonly #lists: { readonly isOrdered: boolean; number: number }[] = [];

  /** The text so far. */
  toString(): string {
    this.#flush();
    return this.#text.trim();
  }

  /** Takes a piece of text. */
  add(text: string): void {
    this.#run += text;
  }

  /** A tag of an element, whatever it is. */
  tag(): void {
    this.#flush();
  }

  /** Ends a paragraph. */
  paragraph(): void {
    this.#breakBefore(2);
  }

  /** Ends a line, if there is one. */
  line(): void {
    this.#breakBefore(1);
  }

  /** A line ends here, even an empty one. */
  lineBreak(): void {
    this.#writeBreaks();
    this.#text += `\n${this.#prefix}`;
    this.#isMarked = true;
  }

  heading(level: number): void {
    this.paragraph();
    this.#write(`${"#".repeat(level)} `);
  }

  rule(): void {
    this.paragraph();
    this.#write("* * *");
    this.paragraph();
  }

  /** Something that stands in a line, such as a quotation mark. */
  mark(mark: string): void {
    this.#write(mark);
  }

  beginList(isOrdered: boolean, start: number): void {
    if (this.#lists.length === 0) this.paragraph();
    this.#lists.push({ isOrdered, number: start });
  }

  endList(): void {
    this.#lists.pop();
    if (this.#lists.length === 0) this.paragraph();
    else this.line();
  }

  item(): void {
    this.line();
    const list = this.#lists.at(-1) ?? { isOrdered: false, number: 1 };
    const indent = this.#lists
      .slice(0, -1)
      .reduce((sum, { isOrdered }) => sum + (isOrdered ? 3 : 2), this.#lists.length > 0 ? 2 : 0);
    this.#write(`${" ".repeat(indent)}${list.isOrdered ? `${list.number}. ` : "* "}`);
    list.number += 1;
    this.#isMarked = true;
  }

  definition(): void {
    this.line();
    this.#write("    ");
    this.#isMarked = true;
  }

  beginQuotation(): void {
    this.paragraph();
    this.#quotes += 1;
    if (this.#text !== "") return;
    this.#text = this.#prefix;
    this.#breaks = 0;
    this.#isMarked = true;
  }

  endQuotation(): void {
    this.#quotes -= 1;
    this.paragraph();
  }

  beginPreformatted(): void {
    this.paragraph();
    this.#preDepth += 1;
    this.#isPreFresh = true;
  }

  endPreformatted(): void {
    this.#preDepth -= 1;
    this.paragraph();
  }

  get isPreformatted(): boolean {
    return this.#preDepth > 0;
  }

  #breakBefore(count: number): void {
    if (this.#isMarked) return;
    this.#quotesBetween = this.#breaks === 0 ? this.#quotes : Math.min(this.#quotes, this.#quotesBetween);
    this.#breaks = Math.max(this.#breaks, count);
  }

  #flush(): void {
    const run = this.#run;
    this.#run = "";
    if (run === "") return;
    if (this.#preDepth > 0) {
      this.#writePreformatted(run);
      return;
    }
    let text = escaped(run).replaceAll(/\s+/g, " ");
    const isFresh = this.#breaks > 0 || this.#isMarked || this.#text === "";
    if (text.startsWith(" ")) {
      text = text.slice(1);
      // However much white space stands between two tags, it is one space.
      this.#isSpaced = !isFresh;
    }
    if (text === "") return;
    this.#write(text);
    this.#isMarked = false;
  }

  #writePreformatted(run: string): void {
    const text = this.#isPreFresh ? run.replace(/^\n/, "") : run;
    this.#isPreFresh = false;
    const indent = `${this.#prefix}    ${" ".repeat(this.#lists.length * 4)}`;
    const isFresh = this.#breaks > 0;
    this.#writeBreaks();
    if (isFresh) this.#text += indent.slice(this.#prefix.length);
    this.#text += text.replaceAll("\n", `\n${indent}`);
    this.#isMarked = false;
  }

  #write(text: string): void {
    this.#writeBreaks();
    if (this.#isSpaced) this.#text += " ";
    this.#isSpaced = false;
    this.#text += text;
  }

  #writeBreaks(): void {
    if (this.#breaks > 0) this.#isSpaced = false;
    if (this.#text !== "" && this.#breaks > 0) {
      if (this.#breaks === 2) this.#text += `\n${quoted(this.#quotesBetween)}`;
      this.#text += `\n${this.#prefix}`;
    }
    this.#breaks = 0;
  }

  get #prefix(): string {
    return quoted(this.#quotes);
  }
}

/** What a line in quotations begins with. */
function quoted(depth: number): string {
  return depth === 0 ? "" : `${">".repeat(depth)} `;
}

/** A text in which nothing at the beginning of a line looks like an item of a list. */
function escaped(text: string): string {
  return text.replaceAll(/^(\s*\d+)\.(?=\s)/gm, "$1\\.").replaceAll(/^(\s*)([-+])(?=\s)/gm, "$1\\$2");
}
