// The audio nodes behind a mix: a gain and a pan for each stem, into a bus, whose pitch may be shifted, into the master.
// Knows no page.

import { Pitch } from "./pitch.js";

const GLIDE_SECONDS = 0.01; // a jump of a gain is heard as a click

export class Mixer {
  constructor(context, mix) {
    this.context = context;
    this.mix = mix;
    this.bus = new GainNode(context);
    this.master = new GainNode(context, { gain: mix.master });
    this.meter = new AnalyserNode(context, { fftSize: 2048 });
    this.pitch = new Pitch(context, this.bus, this.master);
    this.master.connect(this.meter).connect(context.destination);
    this.strips = mix.stems.map((stem, index) => {
      // Two channels always: a mono stem is panned like any other, and is as loud in the middle as it is.
      const gain = new GainNode(context, { gain: mix.heard(index), channelCount: 2, channelCountMode: "explicit" });
      const pan = new StereoPannerNode(context, { pan: stem.pan });
      gain.connect(pan).connect(this.bus);
      return { gain, pan };
    });
  }

  input(index) {
    return this.strips[index].gain;
  }

  apply() {
    const glide = (value, target) => value.setTargetAtTime(target, this.context.currentTime, GLIDE_SECONDS);
    glide(this.master.gain, this.mix.master);
    this.strips.forEach(({ gain, pan }, index) => {
      glide(gain.gain, this.mix.heard(index));
      glide(pan.pan, this.mix.stems[index].pan);
    });
  }

  // The loudest sample of the last 2048 that went out, 0 when nothing sounds.
  peak() {
    const samples = new Float32Array(this.meter.fftSize);
    this.meter.getFloatTimeDomainData(samples);
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }
}
