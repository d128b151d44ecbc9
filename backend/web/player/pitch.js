// Shifts the pitch of the whole mix, so that its speed can change without its key, or its key without its speed.
// Sits between two nodes; what does it is fetched at the first shift, and out of the way without one. Knows no page.

const MODULE = "/web/vendor/signalsmith-stretch.mjs";
const NATURAL_HZ = 8000; // when only the key moves, what lies above keeps its place: breath and cymbals stay as they are

export class Pitch {
  #loading = null;
  #node = null;
  #wanted = { semitones: 0, speed: 1 };
  latency = 0; // seconds from going in to coming out

  constructor(context, input, output) {
    Object.assign(this, { context, input, output });
    input.connect(output);
  }

  // `speed` is that of the tape, whose change of pitch is taken back; `semitones` come on top.
  async set(wanted) {
    this.#wanted = wanted;
    const shift = this.#shift();
    if (shift && !this.#node) this.#node = await (this.#loading ??= this.#load());
    if (!this.#node) return;
    const now = this.#shift(); // asked again: it may have changed while the module came
    await this.#node.schedule({ active: Boolean(now), semitones: now, tonalityHz: this.#wanted.speed === 1 ? NATURAL_HZ : 0 });
    this.#route(Boolean(now));
  }

  #shift() {
    return this.#wanted.semitones - 12 * Math.log2(this.#wanted.speed);
  }

  async #load() {
    const { default: makeNode } = await import(MODULE);
    makeNode.moduleUrl = MODULE;
    const node = await makeNode(this.context, { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [2] });
    this.delay = await node.latency();
    return node;
  }

  #route(through) {
    this.input.disconnect();
    this.#node.disconnect();
    if (through) this.input.connect(this.#node).connect(this.output);
    else this.input.connect(this.output);
    this.latency = through ? this.delay : 0;
  }
}
