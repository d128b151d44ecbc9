// What the page's own transport puts out for a job's stems, rendered as fast as it can be: one channel for each stem.
// A seek in the middle. For each stem: by how many frames what is heard comes after what its file has, at 0.5 s, and at
// each of `checks` seconds after the seek.
async ([jobId, seekAt, seekTo, seconds, checks]) => {
  const { openStems, PIECE_SECONDS } = await import("/web/player/stem_audio.js");
  const { Transport } = await import("/web/player/transport.js");
  const job = await (await fetch(`/api/v1/jobs/${jobId}`)).json();
  const { frames, sample_rate: rate } = job.stems[0];
  const context = new OfflineAudioContext(job.stems.length, seconds * rate, rate);
  const merger = new ChannelMergerNode(context, { numberOfInputs: job.stems.length });
  merger.connect(context.destination);
  const pieces = await openStems(job.stems, context);
  const stems = pieces.map((piece, index) => {
    const output = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    output.connect(merger, 0, index);
    return { piece, output };
  });
  const transport = new Transport({ context, stems, frames, rate, pieceFrames: PIECE_SECONDS * rate, ahead: Infinity });
  await transport.play();
  const paused = context.suspend(seekAt).then(async () => {
    await transport.seek(seekTo * rate);
    context.resume();
  });
  const rendered = await context.startRendering();
  await paused;
  const offsets = [];
  for (const [index, stem] of job.stems.entries()) {
    const bytes = await (await fetch(stem.url)).arrayBuffer();
    const original = (await new OfflineAudioContext(2, 1, rate).decodeAudioData(bytes)).getChannelData(0);
    const heard = rendered.getChannelData(index);
    const after = checks.map((each) => lag(heard, original, (seekAt + each) * rate, (seekTo + each) * rate, rate));
    offsets.push([lag(heard, original, 0.5 * rate, 0.5 * rate, rate), ...after]);
  }
  return offsets;
  // null where the stretch is not heard within a tenth of a second.
  function lag(heard, original, at, from, rate) {
    const [start, origin] = [Math.round(at), Math.round(from)];
    for (let late = 0; late < rate * 0.1; late += 1) {
      let worst = 0;
      for (let frame = 0; frame < 2000 && worst < 2e-4; frame += 1)
        worst = Math.max(worst, Math.abs(heard[start + late + frame] - original[origin + frame]));
      if (worst < 2e-4) return late;
    }
    return null;
  }
}
