import fc from 'fast-check';

/**
 * Loaded before every test file (`bunfig.toml`). All properties begin at one seed, so that a commit
 * passes or fails by what is in it: fast-check's own way, a seed of the moment, refused commits for
 * what was older than they. `bun run test --seed random` explores.
 *
 * The error that a property found stands in its report: Bun does not print the `cause` of an error.
 */
const DEFAULT_SEED = 20_261_122;

const seed = Number(process.env.PROPERTY_SEED || DEFAULT_SEED);
if (!Number.isInteger(seed)) {
  throw new Error(`PROPERTY_SEED must be a whole number, not ${process.env.PROPERTY_SEED}`);
}
fc.configureGlobal({ seed, includeErrorInReport: true });
