/** By itself, so that the command surface can show it before any package is there. */
export const usage = `bun run sim [--seed N] [--seeds COUNT|A..B] [--workers N] …

  --seed N       the first seed (default 1); a failure prints the one that reproduces it
  --seeds COUNT  how many seeds in a row (default 1), or the first and the last as A..B
  --workers N    threads that share the seeds (default 1)
  --clients N    real clients in the world; the seed says how many unless given
  --seconds N    virtual seconds of bad weather before the calm; likewise
  --canary NAME  plant a fault that this checker must find: the run must fail
                 (agreement, bandwidth, authority, durability, liveness)
  --bad-link     instead: one player on 150 ± 50 ms, 2 % loss, 1 Mbit/s among five others, for
                 --seconds (default 600) of each seed: how deep rollbacks go, what is seen of them
  --record FILE  instead: the seed's world as a recording, which "bun run replay FILE" plays
  --save         write the summary to bench/results/<machine>/sim.json, or bad-link.json
  --json         the summary as one JSON line

The nightly run: bun run sim --seeds 10000 --workers 2, and bun run sim --bad-link`;
