import { defineConfig } from 'drizzle-kit';

/** For `bunx drizzle-kit generate --config db/drizzle.config.ts`; needs no database. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './db/schema',
  out: './db/migrations',
});
