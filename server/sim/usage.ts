/** By itself, so that the command surface can show it before any package is there. */
export const usage = `bun run sim [--seed N] [--seeds COUNT] [--clients N] [--seconds N] …

  --seed N       the first seed (default 1); a failure prints the one that reproduces it
  --seeds COUNT  how many seeds in a row (default 1)
  --clients N    real clients in the world (default 4)
  --seconds N    virtual seconds of bad weather before the calm (default 20)
  --canary       flip a bit in one client's world: the run must fail
  --json         one JSON line at the end`;
