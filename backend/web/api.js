// The HTTP API as the page uses it. Every function throws a Refusal when the server says no or is away.

import { refusalFrom, unreachable } from "./problems.js";

const PREFIX = "/api/v1";

export const models = () => ask("GET", `${PREFIX}/models`);
export const jobs = (limit) => ask("GET", `${PREFIX}/jobs?limit=${limit}`);
export const limits = () => ask("GET", `${PREFIX}/limits`);
export const job = (id) => ask("GET", `${PREFIX}/jobs/${encodeURIComponent(id)}`);
export const cancel = (id) => ask("POST", `${PREFIX}/jobs/${encodeURIComponent(id)}/cancel`);
export const remove = (id) => ask("DELETE", `${PREFIX}/jobs/${encodeURIComponent(id)}`);
export const peaks = (url, points) => ask("GET", `${url}?points=${points}`);
export const mix = (address, wish) => ask("POST", address, wish);

// What the service stands on: {name, ok} each. A service that is not well answers with 503 and says the same.
export const dependencies = () => fetch(`${PREFIX}/health`).then(async (response) => (await response.json()).dependencies);

// Whether the server answers at all.
export const isThere = () => fetch("/health/live").then((response) => response.ok, () => false);

async function ask(method, path, body, { key, signal } = {}) {
  const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...(key && { "Idempotency-Key": key }) };
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal });
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable();
  }
  const text = await response.text();
  if (!response.ok) throw refusalFrom(text, response.status, response.headers.get("Retry-After"));
  return text ? JSON.parse(text) : null;
}

// A job of a link or of an upload that is there already.
export const submit = (fields, { key, signal }) => ask("POST", `${PREFIX}/stemify`, said(fields), { key, signal });

// fetch() cannot tell how much of a body was sent; XMLHttpRequest can.
export function submitFile(file, fields, { key, onSent, signal }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(said(fields))) form.append(name, value);
  form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const refused = () => refusalFrom(request.responseText, request.status, request.getResponseHeader("Retry-After"));
    request.open("POST", `${PREFIX}/stemify`);
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = (event) => event.lengthComputable && onSent(event.loaded / event.total);
    request.onload = () => (request.status === 202 ? resolve(JSON.parse(request.responseText)) : reject(refused()));
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException("Canceled", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

// Without what was left open.
const said = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value?.length));
