// Refusals of the API as errors with a sentence for a person. Knows nothing of the page.

export class Refusal extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || "Something went wrong.");
    this.code = problem.code || "internal";
    this.status = problem.status || 0;
    this.mistakes = (problem.errors || []).map((error) => `${error.pointer.slice(1) || "request"}: ${error.detail}`);
    this.requestId = problem.request_id;
  }
}

export const unreachable = () =>
  new Refusal({ code: "unreachable", detail: "The server cannot be reached. Check your connection and try again." });

export function refusalFrom(text, status) {
  try {
    return new Refusal(JSON.parse(text));
  } catch {
    return new Refusal({ status, detail: `The server answered with status ${status}.` });
  }
}
