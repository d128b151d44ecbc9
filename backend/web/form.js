// The form: which recordings, which model, stems and format. Tells what is to be separated; sends nothing.

import { element } from "./element.js";
import { megabytes } from "./figures.js";
import { Options } from "./options.js";
import { canPlay } from "./player/plain_audio.js";
import { StemChoice } from "./stem_choice.js";
import { text } from "./texts.js";

const at = (id) => document.getElementById(id);
const WHOLE = ["m4a", "ogg"]; // what the player cannot read in pieces (player/stem_audio.js)
// A name that is written from right to left turns nothing round it.
const isolated = (name) => `\u2068${name}\u2069`;
const option = (value, said) => element("option", { value, text: said });

export class Form {
  #models = [];
  #limit = Infinity;
  #files = [];
  #stems = new StemChoice(at("split"), at("some-stems"));
  #options = new Options(at("options"));

  // `onSubmit` gets sources ({name, file} or {name, url}) and fields, `onComplaint` a sentence or null.
  constructor({ onSubmit, onComplaint }) {
    this.onComplaint = onComplaint;
    at("file").addEventListener("change", () => this.#pick([...at("file").files]));
    at("link").addEventListener("input", () => this.#showStart());
    at("model").addEventListener("change", () => this.#showModel());
    at("format").addEventListener("change", () => this.#showFormat());
    at("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const sources = this.#sources();
      if (sources.length && this.#linkIsFine()) onSubmit(sources, this.#fields());
    });
    this.#wireDrop();
    this.#pick([]);
  }

  offer({ data, default: usual, formats }, limits) {
    this.#models = data;
    this.usual = usual;
    this.#limit = limits.max_upload_bytes;
    at("model").replaceChildren(option("", text("standard", { name: usual })), ...data.map(modelOption));
    at("format").replaceChildren(...formats.map((format) => option(format, format.toUpperCase())));
    const most = { size: megabytes(limits.max_upload_bytes), minutes: Math.round(limits.max_duration_seconds / 60) };
    at("limits").textContent = text("kinds") + text("most", most);
    at("link").hidden = at("link-label").hidden = !limits.links;
    at("link-note").textContent = text(limits.links ? "linkNote" : "linksOff");
    this.#showModel();
    this.#showFormat();
  }

  // With the files it had before, when they are to be sent with other wishes.
  show(files = []) {
    at("form").hidden = false;
    at("file").value = "";
    at("link").value = "";
    this.#pick(files);
  }

  hide() {
    at("form").hidden = true;
  }

  #sources() {
    const link = at("link").value.trim();
    const files = this.#files.map((file) => ({ name: file.name, file }));
    return link ? [...files, { name: link, url: link }] : files;
  }

  #linkIsFine() {
    const link = at("link").value.trim();
    const fine = !link || /^https?:\/\/\S+$/i.test(link);
    at("link").toggleAttribute("aria-invalid", !fine);
    this.onComplaint(fine ? null : text("linkWrong"));
    if (!fine) at("link").focus();
    return fine;
  }

  #fields() {
    return { model: at("model").value, format: at("format").value, ...this.#stems.fields, ...this.#options.fields };
  }

  #pick(files) {
    const tooLarge = files.find((file) => file.size > this.#limit);
    this.#files = tooLarge ? [] : files;
    const size = megabytes(this.#files.reduce((sum, file) => sum + file.size, 0));
    const said = ["choose", "chosenOne"][this.#files.length] ?? "chosen";
    at("picked").textContent = text(said, { name: isolated(this.#files[0]?.name), count: this.#files.length, size });
    at("drop").classList.toggle("full", this.#files.length > 0);
    this.#showStart();
    this.onComplaint(tooLarge ? text("tooLarge", { name: tooLarge.name, size: megabytes(this.#limit) }) : null);
  }

  #showStart() {
    const count = this.#sources().length;
    at("start").disabled = !count;
    at("start").textContent = count > 1 ? text("startMany", { count }) : text("start");
  }

  #showFormat() {
    const format = at("format").value;
    const note = !canPlay(format) ? "unplayableNote" : WHOLE.includes(format) ? "wholeNote" : null;
    at("format-note").textContent = note ? text(note, { format: format.toUpperCase() }) : "";
    this.#options.showFor(format);
  }

  #showModel() {
    const model = this.#models.find(({ name }) => name === (at("model").value || this.usual));
    at("model-note").textContent = model ? text("licence", model) : "";
    this.#stems.offer(model?.stems ?? []);
  }

  #wireDrop() {
    const over = (is) => () => at("drop").classList.toggle("over", is);
    // Anywhere on the page will do, and a file dropped beside the field must not replace the page.
    window.addEventListener("dragover", (event) => event.preventDefault());
    window.addEventListener("dragenter", over(true));
    window.addEventListener("dragleave", (event) => event.relatedTarget || over(false)());
    window.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false)();
      if (!at("form").hidden && event.dataTransfer.files.length) this.#pick([...event.dataTransfer.files]);
    });
  }
}

function modelOption({ name, needs }) {
  return option(name, needs ? text("needs", { name, what: needs }) : name);
}
