// The page: a form, then one job's card. The job's id is kept in the address, so that a reload finds it again.

import * as api from "./api.js";
import { follow } from "./follow.js";
import { showJob, showUpload } from "./job_card.js";
import { element } from "./stems.js";

const at = (id) => document.getElementById(id);
const state = { models: [], job: null, stop: () => {}, upload: null };

function showAlert(refusal) {
  const box = at("alert");
  box.hidden = !refusal;
  if (!refusal) return box.replaceChildren();
  const list = element("ul");
  if (refusal.mistakes?.length > 1) list.append(...refusal.mistakes.map((mistake) => element("li", "", mistake)));
  box.replaceChildren(element("p", "", refusal.message), ...(list.childElementCount ? [list] : []));
  box.scrollIntoView({ block: "nearest" });
}

function option(value, text) {
  const made = element("option", "", text);
  made.value = value;
  return made;
}

function fillModels({ data, default: usual, formats }) {
  state.models = data;
  at("model").replaceChildren(
    option("", `Standard (${usual})`), ...data.map(({ name, needs }) => option(name, needs ? `${name} (needs ${needs})` : name)));
  at("format").replaceChildren(...formats.map((format) => option(format, format.toUpperCase())));
  chooseModel(usual);
}

function chooseModel(usual) {
  const name = at("model").value || usual || state.models.find((model) => model.is_default)?.name;
  const model = state.models.find((each) => each.name === name);
  at("model-note").textContent = model ? `${model.description} Licence of the weights: ${model.licence}.` : "";
  const stems = model?.stems ?? [];
  at("split").replaceChildren(
    option("", `All ${stems.length}`), ...stems.map((stem) => option(stem, `${stem} and the rest`)));
}

async function begin() {
  try {
    const [models, limits] = await Promise.all([api.models(), api.limits()]);
    fillModels(models);
    const most = `at most ${limits.max_upload_bytes / 1e6} MB and ${Math.round(limits.max_duration_seconds / 60)} minutes`;
    at("limits").textContent += `; ${most}`;
    state.limit = limits.max_upload_bytes;
  } catch (refusal) {
    showAlert(refusal);
  }
}

function pick(file) {
  at("picked").textContent = file ? `${file.name} (${(file.size / 1e6).toFixed(1)} MB)` : "Choose a recording, or drop it here";
  at("start").disabled = !file;
  const tooLarge = file && state.limit && file.size > state.limit;
  showAlert(tooLarge ? new Error(`This file is larger than the ${state.limit / 1e6} MB allowed here.`) : null);
  if (tooLarge) at("start").disabled = true;
}

async function send(file) {
  showAlert(null);
  state.stop();
  state.job = null;
  state.upload = new AbortController();
  at("form").hidden = true;
  showUpload(file, 0);
  at("job-title").focus();
  const fields = { model: at("model").value, format: at("format").value, two_stems: at("split").value };
  try {
    const onSent = (fraction) => showUpload(file, fraction);
    const made = await api.submit(file, fields, { onSent, signal: state.upload.signal });
    watch(made);
  } catch (refusal) {
    reset();
    if (refusal.name !== "AbortError") showAlert(refusal);
  } finally {
    state.upload = null;
  }
}

function watch(job) {
  state.job = job;
  history.replaceState(null, "", `#${job.job_id}`);
  at("form").hidden = true;
  showJob(job);
  state.stop = follow(job.job_id, {
    onChange: (news) => showJob((state.job = { ...state.job, ...news })),
    onGone: () => {
      reset();
      showAlert(new Error("This job was deleted, or its time was over."));
    },
  });
}

function reset() {
  state.stop();
  state.job = null;
  history.replaceState(null, "", location.pathname);
  at("job").hidden = true;
  at("form").hidden = false;
  at("file").value = "";
  pick(null);
  at("file").focus();
}

async function stopJob() {
  at("cancel").disabled = true;
  if (state.upload) return state.upload.abort();
  await attempt(async () => showJob((state.job = await api.cancel(state.job.job_id))));
  at("cancel").disabled = state.job?.status === "processing";
}

async function removeJob() {
  if (!window.confirm("Delete the stems from the server now?")) return;
  await attempt(async () => {
    await api.remove(state.job.job_id);
    reset();
  });
}

async function attempt(act) {
  try {
    showAlert(null);
    await act();
  } catch (refusal) {
    showAlert(refusal);
  }
}

function wireDrop() {
  const drop = at("drop");
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => drop.classList.add("over"));
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  // A file dropped beside the field must not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.target !== at("file") && event.preventDefault());
  }
}

function wireTheme() {
  const dark = () => (document.documentElement.dataset.theme ??
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => at("theme").setAttribute("aria-pressed", String(dark()));
  const kept = localStorage.getItem("theme");
  if (kept) document.documentElement.dataset.theme = kept;
  at("theme").addEventListener("click", () => {
    const next = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    show();
  });
  show();
}

async function resume() {
  const id = location.hash.slice(1);
  if (/^[0-9a-f]{32}$/.test(id)) await attempt(async () => watch(await api.job(id)));
}

at("file").addEventListener("change", () => pick(at("file").files[0]));
at("model").addEventListener("change", () => chooseModel());
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (at("file").files[0]) send(at("file").files[0]);
});
at("cancel").addEventListener("click", stopJob);
at("remove").addEventListener("click", removeJob);
at("again").addEventListener("click", reset);
wireDrop();
wireTheme();
begin();
resume();
