import { customType } from 'drizzle-orm/pg-core';

/** Raw bytes; drizzle 0.45 has no column type of its own for them. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
});
