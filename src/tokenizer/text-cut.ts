/**
 * Where a text may be cut so that its parts, encoded by themselves, give the tokens of the whole: at the end of the text,
 * or before a blank that follows a visible ASCII character. Such a blank always begins a piece, and what stands before it ends
 * there whatever follows. Looks back from `start + size`, then forward in steps of `size`.
 */
export function cutBefore(text: string, start: number, size: number): number {
  for (let limit = start + size; limit < text.length; limit += size) {
    for (let at = limit; at > limit - size + 1; at--) {
      if (text.charCodeAt(at) === 0x20) {
        const before = text.charCodeAt(at - 1);
        if (before > 0x20 && before < 0x7f) return at;
      }
    }
  }
  return text.length;
}
