// The audio nodes behind a mix: a gain and a pan for each stem, into one master. Knows no page.

const GLIDE_SECONDS = 0.01; // a jump of a gain is heard as a click

export class Mixer {
  constructor(context, mix) {
    this.context = context;
    this.mix = mix;
    this.master = new GainNode(context, { gain: mix.master });
    this.meter = new AnalyserNode(context, { fftSize: 2048 });
    this.master.connect(this.meter).connect(context.destination);
    this.strips = mix.stems.map((stem, index) => {
      const gain = new GainNode(context, { gain: mix.heard(index) });
      const pan = new StereoPannerNode(context, { pan: stem.pan });
      gain.connect(pan).connect(this.master);
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
