// Refusals of the API as errors with a sentence for a person. Knows nothing of the page.

import { text } from "./texts.js";

export class Refusal extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || text("wrong"));
    this.code = problem.code || "internal";
    this.status = problem.status || 0;
    this.mistakes = (problem.errors || []).map(({ pointer, detail }) => text("mistakeIn", { field: pointer.slice(1) || "request", detail }));
    this.requestId = problem.request_id;
  }
}

export const unreachable = () => new Refusal({ code: "unreachable", detail: text("unreachable") });

export function refusalFrom(body, status) {
  try {
    return new Refusal({ status, ...JSON.parse(body) });
  } catch {
    return new Refusal({ status, detail: text("answered", { status }) });
  }
}
