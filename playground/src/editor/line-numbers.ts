import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

/** Gives the lines in view their numbers, as attributes that a style shows. CodeMirror's gutters would weigh 2 kB more. */
export const lineNumbers = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = numbersOf(view);
    }
    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = numbersOf(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function numbersOf({ state, visibleRanges }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  let last = 0;
  for (const { from, to } of visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = state.doc.lineAt(at);
      // Of a very long line, several ranges may be visible.
      if (line.number > last) {
        builder.add(line.from, line.from, Decoration.line({ attributes: { "data-line": String(line.number) } }));
      }
      last = line.number;
      at = line.to + 1;
    }
  }
  return builder.finish();
}
