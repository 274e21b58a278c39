// Shows the result of a page's smoke suite, and checks that the page's Content-Security-Policy is in force.

/** @param {() => Promise<{ checks: number, passed: number, failures: string[] }>} run */
export async function report(run) {
  const violations = [];
  const noteViolation = ({ effectiveDirective }) => violations.push(`Content-Security-Policy: ${effectiveDirective}`);
  document.addEventListener("securitypolicyviolation", noteViolation);
  const { checks, passed, failures } = await run();
  document.removeEventListener("securitypolicyviolation", noteViolation);
  if (evalWorks()) violations.push("the page's Content-Security-Policy lets eval through: it proves nothing");
  const result = { checks, passed, failures: [...failures, ...violations] };
  globalThis.smokeResult = result;
  show(result);
}

function evalWorks() {
  try {
    return new Function("return true")();
  } catch {
    return false;
  }
}

function show({ passed, failures }) {
  const verdict = document.createElement("h1");
  verdict.textContent = `${document.title}: ${passed} passed, ${failures.length} failed`;
  const list = document.createElement("ul");
  for (const failure of failures) list.append(Object.assign(document.createElement("li"), { textContent: failure }));
  document.body.append(verdict, navigator.userAgent, list);
}
