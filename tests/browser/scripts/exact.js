// What the page's own transport puts out for a job's stems from a place in their middle, rendered as fast as it can be.
// For each stem: by how many frames it comes after what its file has, near the beginning and in the next pieces.
async ([jobId, from, checks]) => {
  const { openStems, PIECE_SECONDS } = await import("/web/player/stem_audio.js");
  const { Transport } = await import("/web/player/transport.js");
  const job = await (await fetch(`/api/v1/jobs/${jobId}`)).json();
  const { frames, sample_rate: rate } = job.stems[0];
  const context = new OfflineAudioContext(job.stems.length, frames - from * rate, rate);
  const merger = new ChannelMergerNode(context, { numberOfInputs: job.stems.length });
  merger.connect(context.destination);
  const pieces = await openStems(job.stems, context);
  const stems = pieces.map((piece, index) => {
    const output = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    output.connect(merger, 0, index);
    return { piece, output };
  });
  const transport = new Transport({ context, stems, frames, rate, pieceFrames: PIECE_SECONDS * rate, ahead: Infinity });
  await transport.seek(from * rate);
  await transport.play();
  const rendered = await context.startRendering();
  const late = [];
  for (const [index, stem] of job.stems.entries()) {
    const bytes = await (await fetch(stem.url)).arrayBuffer();
    const original = (await new OfflineAudioContext(2, 1, rate).decodeAudioData(bytes)).getChannelData(0);
    late.push(checks.map((each) => lag(rendered.getChannelData(index), original, each * rate, (from + each) * rate)));
  }
  return late;
  // null where the stretch is not heard within a tenth of a second.
  function lag(heard, original, at, origin) {
    for (let behind = 0; behind < rate / 10; behind += 1) {
      let worst = 0;
      for (let frame = 0; frame < 2000 && worst < 2e-4; frame += 1)
        worst = Math.max(worst, Math.abs(heard[Math.round(at) + behind + frame] - original[Math.round(origin) + frame]));
      if (worst < 2e-4) return behind;
    }
    return null;
  }
}
