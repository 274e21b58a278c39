/**
 * Breaks the markers in a text. An engine that takes only text looks for markers in all of it, also in what a user typed;
 * a broken marker stays text, whatever the tokenizer does with special tokens.
 *
 * A zero-width space (U+200B) is put behind the `<` of every `<|word|>`, not only of the special tokens in the table:
 * vocabularies that are packaged elsewhere have a few more, such as `<|endofprompt|>`. The text looks the same, and costs
 * one token more for each; a space that can be seen would change what a text about Harmony says. Doing it again changes
 * nothing. {@link restoreMarkers} undoes it.
 */
export function neutralizeMarkers(text: string): string {
  return text.replace(/<\|(?=\w+\|>)/g, BROKEN);
}

/**
 * Undoes {@link neutralizeMarkers}, for a text in which the model quotes what it was given. A text that had a broken marker
 * from the beginning cannot be told from one that was broken.
 */
export function restoreMarkers(text: string): string {
  return text.replace(/<\u200b\|(?=\w+\|>)/g, "<|");
}

const BROKEN = "<\u200b|";
