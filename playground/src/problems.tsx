import type { Problem } from "./worker/answers.js";

interface ProblemsProps {
  readonly problems: readonly Problem[];
  /** Shows a problem in the editor, where it is marked. */
  readonly onShow?: ((problem: Problem) => void) | undefined;
}

/** What is wrong, in words, beside the marks in the editor. */
export function Problems({ problems, onShow }: ProblemsProps) {
  if (problems.length === 0) return null;
  const shown = problems.slice(0, 20);
  return (
    <ul class="problems" aria-label="Problems">
      {shown.map((problem, index) => (
        <li key={index} class={`problem is-${problem.severity}`}>
          <strong>{problem.severity === "error" ? "Error" : "Note"}</strong> {problem.message}{" "}
          {onShow !== undefined && (problem.path !== undefined || problem.offset !== undefined) && (
            <button type="button" class="plain" onClick={() => onShow(problem)}>
              Show it
            </button>
          )}
        </li>
      ))}
      {shown.length < problems.length && <li class="problem">and {problems.length - shown.length} more</li>}
    </ul>
  );
}
