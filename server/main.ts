import { readConfig } from './config.ts';
import { EXIT_CANNOT_START, EXIT_USAGE } from './exit-code.ts';
import { serve } from './serve.ts';

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
