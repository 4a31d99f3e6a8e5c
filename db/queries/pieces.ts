import { eq, type SQL, sql } from 'drizzle-orm';
import type { PieceChanges, PlacedPiece } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { placedPieces } from '../schema/piece.ts';

/** Everything that stands in a region. */
export async function selectPieces(database: Database, region: number): Promise<PlacedPiece[]> {
  const rows = await database.select().from(placedPieces).where(eq(placedPieces.region, region));
  return rows.map((row) => ({
    entity: row.entity,
    shape: row.shape,
    definition: row.definition,
    // The text that Postgres gives is the shortest that means the same f32.
    size: [Math.fround(row.sizeX), Math.fround(row.sizeY), Math.fround(row.sizeZ)],
    position: [Math.fround(row.x), Math.fround(row.y), Math.fround(row.z)],
    rotation: [
      Math.fround(row.rotationX),
      Math.fround(row.rotationY),
      Math.fround(row.rotationZ),
      Math.fround(row.rotationW),
    ],
  }));
}

/**
 * Two members of the `with` list of the statement that writes a group, which gives `written` with
 * one row (region, last_frame) if it wrote. They touch what changed and nothing else. A statement
 * sees its tables as they were before it, so no entity may be both placed and removed.
 */
export function withPieces(changes: PieceChanges): SQL {
  return sql`
    placed as (
      insert into ${placedPieces} (region, entity, shape, definition, size_x, size_y, size_z,
        x, y, z, rotation_x, rotation_y, rotation_z, rotation_w, placed_frame)
      select written.region, entity, shape, definition, size_x, size_y, size_z,
        x, y, z, rotation_x, rotation_y, rotation_z, rotation_w, written.last_frame
      from written
      cross join jsonb_to_recordset(${JSON.stringify(changes.placed.map(recordOf))}::jsonb)
        as piece (entity bigint, shape smallint, definition int, size_x real, size_y real,
          size_z real, x real, y real, z real, rotation_x real, rotation_y real, rotation_z real,
          rotation_w real)
      on conflict (region, entity) do update set
        shape = excluded.shape, definition = excluded.definition, size_x = excluded.size_x,
        size_y = excluded.size_y, size_z = excluded.size_z, x = excluded.x, y = excluded.y,
        z = excluded.z, rotation_x = excluded.rotation_x, rotation_y = excluded.rotation_y,
        rotation_z = excluded.rotation_z, rotation_w = excluded.rotation_w,
        placed_frame = excluded.placed_frame
    ),
    removed as (
      delete from ${placedPieces} as old using written
      where old.region = written.region and old.entity in (
        select value::bigint from jsonb_array_elements_text(
          ${JSON.stringify(changes.removed)}::jsonb)
      )
    )`;
}

function recordOf({ entity, shape, definition, size, position, rotation }: PlacedPiece): object {
  return {
    ...{ entity, shape, definition },
    ...{ size_x: size[0], size_y: size[1], size_z: size[2] },
    ...{ x: position[0], y: position[1], z: position[2] },
    ...{ rotation_x: rotation[0], rotation_y: rotation[1] },
    ...{ rotation_z: rotation[2], rotation_w: rotation[3] },
  };
}
