// The page: the form or one recording's card, and the list of recordings. The shown job's id is kept in the address,
// so that a reload finds it again.

import * as api from "./api.js";
import { element } from "./element.js";
import { ENDED, follow } from "./follow.js";
import { Form } from "./form.js";
import { JobCard } from "./job_card.js";
import { KeepButton } from "./keep_button.js";
import * as kept from "./kept.js";
import { Notices } from "./notices.js";
import { progressOf } from "./progress.js";
import { Recordings } from "./recordings.js";
import { Shelf } from "./shelf.js";
import { fillTexts, text } from "./texts.js";
import { wireTheme } from "./theme.js";

const at = (id) => document.getElementById(id);
const NAME = document.title;
const SETTLED_MS = 2000; // what the service worker fetches to keep would hold up the first sound
let selected = null;
let followed = null; // {id, stop}

fillTexts(document);
const recordings = new Recordings(refresh, (entry) => notices.tell(entry));
const card = new JobCard();
const shelf = new Shelf(at("shelf"), at("shelf-list"), open);
const keepButton = new KeepButton(at("keep"), { onChange: refresh, onFailure: (words) => showAlert(new Error(words)) });
const notices = new Notices(at("notify"));
const form = new Form({ onSubmit: send, onComplaint: (words) => showAlert(words && new Error(words)) });

function showAlert(refusal) {
  at("alert").hidden = !refusal;
  const mistakes = refusal?.mistakes?.length > 1 ? refusal.mistakes : [];
  const list = element("ul", {}, ...mistakes.map((mistake) => element("li", { text: mistake })));
  at("alert-text").replaceChildren(refusal?.message ?? "", ...(mistakes.length ? [list] : []));
  if (refusal) at("alert").scrollIntoView({ block: "nearest" });
}

function refresh() {
  if (selected) {
    card.show(selected);
    keepAddress();
  }
  window.stemifyPlayer = card.player; // for measuring what is heard, from outside
  shelf.show(recordings.all, selected, (id) => keepButton.has(id));
  keepButton.showFor(selected?.status === "completed" ? selected.job : null);
  notices.offer(recordings.isBusy);
  showTitle();
  followSelected();
}

function showTitle() {
  const { running, percent } = selected ? progressOf(selected) : {};
  const said = { percent: Math.round(percent), name: selected?.name };
  const words = running ? text("pageRunning", said) : selected?.status === "completed" ? text("pageDone", said) : "";
  document.title = words ? `${words} – ${NAME}` : NAME;
}

function followSelected() {
  const id = selected?.job && !ENDED.has(selected.status) ? selected.job.job_id : null;
  if (followed?.id === id) return;
  followed?.stop();
  followed = null;
  if (!id) return;
  const entry = selected;
  followed = { id, stop: () => {} };
  followed.stop = follow(id, { onChange: (news) => recordings.take(news), onGone: () => lose(entry), onReach: (there) => recordings.reach(id, there) });
}

function lose(entry) {
  recordings.drop(entry);
  if (entry === selected) showForm();
  showAlert(new Error(text("gone")));
}

function send(sources, fields) {
  showAlert(null);
  open(recordings.add(sources, fields)[0]);
}

function open(entry) {
  showAlert(null);
  present(entry);
}

function present(entry) {
  selected = entry;
  form.hide();
  refresh();
  at("job-title").focus({ preventScroll: true });
  at("main").scrollIntoView({ block: "start" });
}

// Only when it is another: browsers refuse it to a page that says it often (Safari: 100 times in 10 s).
function keepAddress() {
  const id = selected?.job?.job_id;
  const hash = id ? `#${id}` : "";
  if (location.hash !== hash) history.replaceState(null, "", hash || location.pathname);
}

function showForm(files) {
  selected = null;
  card.hide();
  form.show(files);
  keepAddress();
  refresh();
  at("file").focus();
}

async function attempt(act) {
  try {
    showAlert(null);
    await act();
  } catch (refusal) {
    showAlert(refusal);
  }
}

async function remove(entry) {
  if (entry.status === "completed" && !window.confirm(text("removeAsk"))) return;
  await attempt(async () => {
    await recordings.remove(entry);
    if (entry.job) await kept.forget(entry.job.job_id);
    showForm();
  });
}

// The job in the address does not wait for what the form needs.
async function begin() {
  const mine = await kept.jobs();
  keepButton.know(mine);
  mine.forEach((job) => recordings.take(job));
  await Promise.all([offer(mine), selected ? null : resume()]);
}

async function offer(mine) {
  await attempt(async () => {
    try {
      const [models, limits] = await Promise.all([api.models(), api.limits()]);
      form.offer(models, limits);
      performance.mark("ready");
      await recordings.list();
    } catch (refusal) {
      throw refusal.status || !mine.length ? refusal : new Error(text("offline"));
    }
  });
}

async function resume() {
  const id = location.hash.slice(1);
  if (!/^[0-9a-f]{32}$/.test(id)) return;
  const known = recordings.find(id);
  if (known) return present(known);
  await attempt(async () => present(recordings.take(await api.job(id))));
}

// Without one (an address that is not secure, a private window) the page works, but not offline.
function install() {
  navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
}

at("cancel").addEventListener("click", () => attempt(() => recordings.cancel(selected)));
at("retry").addEventListener("click", () => open(recordings.retry(selected)));
at("remove").addEventListener("click", () => remove(selected));
at("again").addEventListener("click", () => showForm());
at("change").addEventListener("click", () => {
  const failed = selected;
  recordings.drop(failed);
  showForm([failed.source.file]);
});
at("dismiss").addEventListener("click", () => showAlert(null));
wireTheme(at("theme"));
window.addEventListener("online", begin);
window.addEventListener("hashchange", resume);
navigator.serviceWorker?.addEventListener("controllerchange", refresh);
begin().finally(() => setTimeout(install, SETTLED_MS));
