/** How a server's process ends; whoever starts servers reads these numbers. */

/** Something that the server needs cannot be had: the database, the port, the data folder. */
export const EXIT_CANNOT_START = 1;
/** The configuration is wrong: nothing was started. */
export const EXIT_USAGE = 2;
/** A broken invariant: the next start rebuilds the world from checkpoint and journal. */
export const EXIT_BROKEN = 70;
/**
 * Another server holds the region. A number of its own, because whoever starts servers must not
 * start this one again: it would take the region back, and so on for ever.
 */
export const EXIT_LEASE_LOST = 71;
