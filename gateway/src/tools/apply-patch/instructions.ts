/**
 * What the developer message says of patches: the form that gpt-oss was trained with. The reference has a text of its own for
 * this (`apply_patch.md`), which is not part of this package; who has it can give it as `instructions`.
 */
export const APPLY_PATCH_INSTRUCTIONS = `# Changing files

To change files, call \`functions.apply_patch\` with one patch as its whole content. A patch has this form:

*** Begin Patch
[one or more files]
*** End Patch

Each file begins with one of these lines:

- \`*** Add File: PATH\` makes a new file. Every line that follows is a line of the file, with \`+\` before it.
- \`*** Delete File: PATH\` removes a file. Nothing follows.
- \`*** Update File: PATH\` changes a file. \`*** Move to: NEW PATH\` may follow at once, and renames it. Then come hunks.

A hunk shows a place of the file and what changes there. It begins with \`@@\`, or with \`@@ \` and the line of the class or
function that the place is in. Each of its lines begins with one character: a space for a line that stays, \`-\` for a line that
goes, \`+\` for a line that comes. Show three lines that stay above the change and three below it; where that is not enough to
find the place, name the class or function. Lines that stay or go must be in the file exactly as you write them. \`*** End of
File\` behind a hunk says that the file ends with it.

For example:

*** Begin Patch
*** Add File: notes/hello.txt
+Hello, world!
*** Update File: src/app.py
*** Move to: src/main.py
@@ def greet():
-    print("Hi")
+    print("Hello, world!")
*** Delete File: old.txt
*** End Patch

Paths are relative to the folder, never absolute. The result is \`Done!\`, or says why nothing was changed.`;
