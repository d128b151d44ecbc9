// Plays several stems on one clock: piece by piece, each piece of all stems started at the same frame of the context.
// Positions are frames of the stems. Knows no page.

const LEAD_SECONDS = 0.03; // from deciding to sounding
const AHEAD_SECONDS = 5; // how far pieces are handed over before they sound

export class Transport {
  #run = 0;
  #rest = 0; // where it stands while it does not play
  #laid = []; // pieces handed over: {when, start, frames, nodes}
  #playing = false;
  #loop = null;
  #speed = 1;

  // `stems`: [{piece, output}], `piece` as of stem_audio.js, `output` an AudioNode. `onChange` is called with
  // "playing", "waiting", "paused", "ended" or "failed". `ahead` Infinity hands everything over at once.
  constructor({ context, stems, frames, rate, pieceFrames, ahead = AHEAD_SECONDS, onChange = () => {} }) {
    Object.assign(this, { context, stems, frames, rate, pieceFrames, ahead, onChange });
  }

  get playing() {
    return this.#playing;
  }

  get position() {
    if (!this.#playing) return this.#rest;
    const now = this.context.currentTime;
    const sounding = this.#laid.findLast(({ when }) => when <= now) ?? this.#laid[0];
    if (!sounding) return this.#rest;
    const gone = Math.max(0, now - sounding.when) * this.rate * this.#speed;
    return sounding.start + Math.min(gone, sounding.frames);
  }

  // Resolves when everything there is to hand over was handed over, or it was stopped.
  play() {
    if (this.#rest >= this.frames) this.#rest = 0;
    this.#playing = true;
    this.#run += 1;
    return this.#lay(this.#run, this.#rest);
  }

  pause() {
    this.#halt(this.position);
    this.onChange("paused");
  }

  seek(frame) {
    return this.#moveTo(Math.max(0, Math.min(this.frames, Math.round(frame))));
  }

  // `loop` is null or {from, to}.
  setLoop(loop) {
    const here = this.position;
    this.#loop = loop;
    return this.#moveTo(Math.round(here));
  }

  // Faster is higher, as with a tape.
  setSpeed(speed) {
    const here = this.position;
    this.#speed = speed;
    return this.#moveTo(Math.round(here));
  }

  #moveTo(frame) {
    const on = this.#playing;
    this.#halt(frame);
    return on ? this.play() : Promise.resolve();
  }

  #halt(frame) {
    this.#rest = frame;
    this.#run += 1;
    this.#playing = false;
    for (const { nodes } of this.#laid) nodes.forEach((node) => (node.stop(), node.disconnect()));
    this.#laid = [];
  }

  async #lay(run, from) {
    let edge = 0; // the context's frame at which the next piece begins
    for (let at = from; at < this.frames; ) {
      const frames = this.#end(at) - at;
      if (!this.#laid.length || this.#isLate(edge)) this.onChange("waiting");
      const pieces = await this.#pieces(run, at, frames);
      if (run !== this.#run || !pieces) return;
      edge = Math.max(edge, Math.ceil((this.context.currentTime + LEAD_SECONDS) * this.context.sampleRate));
      this.#start(pieces, { edge, start: at, frames });
      edge += (frames / this.rate / this.#speed) * this.context.sampleRate;
      at = this.#loop?.to === at + frames ? this.#loop.from : at + frames;
      await this.#until(run, edge / this.context.sampleRate - this.ahead);
      if (run !== this.#run) return;
    }
    if (this.ahead === Infinity) return;
    await this.#until(run, edge / this.context.sampleRate);
    if (run !== this.#run) return;
    this.#halt(0);
    this.onChange("ended");
  }

  #end(at) {
    const end = Math.min(this.frames, (Math.floor(at / this.pieceFrames) + 1) * this.pieceFrames);
    return this.#loop && at < this.#loop.to ? Math.min(end, this.#loop.to) : end;
  }

  #isLate(edge) {
    return edge / this.context.sampleRate < this.context.currentTime;
  }

  async #pieces(run, at, frames) {
    try {
      return await Promise.all(this.stems.map((stem) => stem.piece(at, frames)));
    } catch {
      if (run === this.#run) {
        this.#halt(at);
        this.onChange("failed");
      }
      return null;
    }
  }

  #start(pieces, { edge, start, frames }) {
    const when = edge / this.context.sampleRate;
    const nodes = pieces.map(({ buffer, offset }, index) => {
      const node = new AudioBufferSourceNode(this.context, { buffer, playbackRate: this.#speed });
      node.connect(this.stems[index].output);
      node.start(when, offset, frames / this.rate);
      return node;
    });
    this.#laid = [...this.#laid.filter((laid) => laid.when > this.context.currentTime - 2 * this.ahead), { when, start, frames, nodes }];
    this.onChange("playing");
  }

  // The clock is the context's: a suspended one does not move on.
  async #until(run, time) {
    while (run === this.#run && this.context.currentTime < time) {
      const wait = Math.min(250, (time - this.context.currentTime) * 1000);
      await new Promise((resolve) => setTimeout(resolve, Math.max(10, wait)));
    }
  }
}
