// The form: which recordings, which model, stems and format. Tells what is to be separated; sends nothing.

import { element } from "./element.js";
import { megabytes } from "./figures.js";
import { stemName, text } from "./texts.js";

const at = (id) => document.getElementById(id);
const option = (value, said) => element("option", { value, text: said });

export class Form {
  #models = [];
  #limit = Infinity;
  #files = [];

  // `onSubmit` gets files and fields, `onComplaint` a sentence or null.
  constructor({ onSubmit, onComplaint }) {
    this.onComplaint = onComplaint;
    at("file").addEventListener("change", () => this.#pick([...at("file").files]));
    at("model").addEventListener("change", () => this.#showModel());
    at("form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#files.length) onSubmit(this.#files, this.#fields());
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
    this.#showModel();
  }

  show() {
    at("form").hidden = false;
    at("file").value = "";
    this.#pick([]);
  }

  hide() {
    at("form").hidden = true;
  }

  #fields() {
    return { model: at("model").value, format: at("format").value, two_stems: at("split").value };
  }

  #pick(files) {
    const tooLarge = files.find((file) => file.size > this.#limit);
    this.#files = tooLarge ? [] : files;
    const size = megabytes(files.reduce((sum, file) => sum + file.size, 0));
    at("picked").textContent = ["choose", "chosenOne"][files.length]
      ? text(["choose", "chosenOne"][files.length], { name: files[0]?.name, size })
      : text("chosen", { count: files.length, size });
    at("start").disabled = !this.#files.length;
    at("start").textContent = files.length > 1 ? text("startMany", { count: files.length }) : text("start");
    this.onComplaint(tooLarge ? text("tooLarge", { name: tooLarge.name, size: megabytes(this.#limit) }) : null);
  }

  #showModel() {
    const model = this.#models.find(({ name }) => name === (at("model").value || this.usual));
    at("model-note").textContent = model ? text("licence", model) : "";
    const stems = model?.stems ?? [];
    const pairs = stems.map((stem) => option(stem, text("andRest", { stem: stemName(stem) })));
    at("split").replaceChildren(option("", text("allStems", { count: stems.length })), ...pairs);
  }

  #wireDrop() {
    const drop = at("drop");
    for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => drop.classList.add("over"));
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    // A file dropped beside the field must not replace the page.
    for (const name of ["dragover", "drop"]) {
      window.addEventListener(name, (event) => event.target !== at("file") && event.preventDefault());
    }
  }
}

function modelOption({ name, needs }) {
  return option(name, needs ? text("needs", { name, what: needs }) : name);
}
