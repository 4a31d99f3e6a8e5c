import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  smallint,
} from 'drizzle-orm/pg-core';
import { regions } from './region.ts';

/** What stands: static bodies, written with the journal group that placed or altered them. */
export const placedPieces = pgTable(
  'placed_pieces',
  {
    region: integer()
      .notNull()
      .references(() => regions.region),
    /** u32 with its generation. */
    entity: bigint({ mode: 'number' }).notNull(),
    /** `ShapeKind`. */
    shape: smallint().notNull(),
    /** Of the hull or compound; 0 for the plain shapes. */
    definition: integer().notNull(),
    /** Half sizes as the shape has them, metres. */
    sizeX: real('size_x').notNull(),
    sizeY: real('size_y').notNull(),
    sizeZ: real('size_z').notNull(),
    /** Metres in region coordinates. */
    x: real().notNull(),
    y: real().notNull(),
    z: real().notNull(),
    /** Unit quaternion. */
    rotationX: real('rotation_x').notNull(),
    rotationY: real('rotation_y').notNull(),
    rotationZ: real('rotation_z').notNull(),
    rotationW: real('rotation_w').notNull(),
    /** The journal's last frame when this row was written. */
    placedFrame: bigint('placed_frame', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.region, table.entity] }),
    index('placed_pieces_place').on(table.region, table.x, table.z),
    check('placed_pieces_entity', sql`${table.entity} between 1 and 4294967295`),
  ],
);
