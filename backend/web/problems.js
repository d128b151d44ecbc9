// Refusals of the API as errors with a sentence for a person. Knows nothing of the page.

import { roughly } from "./figures.js";
import { text } from "./texts.js";

export class Refusal extends Error {
  constructor(problem) {
    super([problem.detail || problem.title || text("wrong"), waiting(problem.retryAfter)].join(" ").trim());
    this.code = problem.code || "internal";
    this.status = problem.status || 0;
    this.mistakes = (problem.errors || []).map(({ pointer, detail }) => text("mistakeIn", { field: pointer.slice(1) || "request", detail }));
    this.requestId = problem.request_id;
  }
}

export const unreachable = () => new Refusal({ code: "unreachable", detail: text("unreachable") });

// `retryAfter`: the header of this name, or null.
export function refusalFrom(body, status, retryAfter = null) {
  try {
    return new Refusal({ status, retryAfter, ...JSON.parse(body) });
  } catch {
    return new Refusal({ status, retryAfter, detail: text("answered", { status }) });
  }
}

const waiting = (seconds) => (Number(seconds) > 1 ? text("waitFor", { time: roughly(Number(seconds)) }) : "");
