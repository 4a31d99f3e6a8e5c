import { sql } from 'drizzle-orm';
import type { Database } from '../connect.ts';

/**
 * Everything that the schema `public` has, one line each, sorted: for comparing two of them. As
 * `pg_dump --schema-only` would, which the embedded PostgreSQL lacks. The ledger is left out.
 * Columns count by their order: a number that a dropped column had is never given out again.
 */
export async function dumpSchema(database: Database): Promise<string[]> {
  const rows = await database.execute<{ line: string }>(sql`
    select line from (
      select format('table %s', relname) as line, relname as owner from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
      union all
      select format('column %s.%s %s %s %s %s%s', relname,
        rank() over (partition by attrelid order by attnum), attname,
        format_type(atttypid, atttypmod), case when attnotnull then 'not null' else '' end,
        pg_get_expr(adbin, adrelid), attidentity), relname
      from pg_attribute join pg_class on pg_class.oid = attrelid
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and attnum > 0 and not attisdropped
      union all
      select format('constraint %s.%s %s', relname, conname,
        pg_get_constraintdef(pg_constraint.oid)), relname
      from pg_constraint join pg_class on pg_class.oid = conrelid
      where pg_constraint.connamespace = 'public'::regnamespace
      union all
      select indexdef, tablename from pg_indexes where schemaname = 'public'
      union all
      select format('sequence %s %s %s..%s +%s', sequencename, data_type, min_value, max_value,
        increment_by), sequencename
      from pg_sequences where schemaname = 'public'
      union all
      select format('function %s', pg_get_functiondef(oid)), '' from pg_proc
      where pronamespace = 'public'::regnamespace
      union all
      select format('type %s', typname), '' from pg_type
      where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
    ) as everything
    where owner <> 'schema_migrations' order by line`);
  return [...rows].map(({ line }) => line);
}
