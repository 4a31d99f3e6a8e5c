/**
 * Preloaded into a server under test: a signal makes it collect everything, so that what its heap
 * holds afterwards is what it keeps. Resident memory was rejected as the measure: it swings by
 * 90 MiB with the collector's moods.
 */
process.on('SIGUSR2', () => {
  Bun.gc(true);
  Bun.gc(true);
});
