/**
 * Makes the state of one schema one of the next. Pure: the same bytes give the same bytes, on every
 * machine and for ever, because a replay across the change of cores goes through it again.
 */
export interface StateMigration {
  /** Schema hash of the states that it takes. */
  readonly from: string;
  /** Schema hash of the states that it gives. */
  readonly to: string;
  /** Null when the bytes are no state of `from`. */
  migrate(state: Uint8Array): Uint8Array | null;
}

/**
 * Every change of the core's layout since the first release, oldest first. The layout has never
 * changed so far. Who changes it keeps the old `STATE_LAYOUT` here as a constant and adds a line:
 * most changes are one `convertState`.
 */
export const STATE_MIGRATIONS: readonly StateMigration[] = [];

export type Migrated =
  | { readonly kind: 'state'; readonly state: Uint8Array }
  /** No way leads from the one schema to the other. */
  | { readonly kind: 'no-way' }
  /** The bytes are not what they say they are; `at` is the schema that refused them. */
  | { readonly kind: 'refused'; readonly at: string };

/** A state of schema `from` as one of schema `to`: one migration after the other. */
export function migrateState(
  state: Uint8Array,
  from: string,
  to: string,
  migrations: readonly StateMigration[] = STATE_MIGRATIONS,
): Migrated {
  let schema = from;
  let bytes = state;
  for (let steps = 0; schema !== to; steps++) {
    const next = migrations.find((migration) => migration.from === schema);
    if (next === undefined || steps === migrations.length) return { kind: 'no-way' };
    const migrated = next.migrate(bytes);
    if (migrated === null) return { kind: 'refused', at: schema };
    bytes = migrated;
    schema = next.to;
  }
  return { kind: 'state', state: bytes };
}
