import { readConfig } from './config.ts';
import { serve } from './serve.ts';

/** The configuration is wrong: nothing was started. */
const EXIT_USAGE = 2;
/** Something that the server needs cannot be had: the database, the port, the data folder. */
const EXIT_CANNOT_START = 1;

const outcome = readConfig(process.env);
if (outcome.ok) {
  try {
    await serve(outcome.config);
  } catch (error) {
    console.error(`cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(EXIT_CANNOT_START);
  }
} else {
  for (const problem of outcome.problems) console.error(`configuration: ${problem}`);
  process.exit(EXIT_USAGE);
}
