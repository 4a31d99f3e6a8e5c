-- Marks of thinned checkpoints and the kept cores are lost: the older release knows neither.
DROP TABLE "cores";
DELETE FROM "checkpoints" WHERE "state" IS NULL;
ALTER TABLE "checkpoints" ALTER COLUMN "state" SET NOT NULL;
ALTER TABLE "checkpoints" DROP COLUMN "schema_hash";
ALTER TABLE "checkpoints" DROP COLUMN "state_digest";
ALTER TABLE "checkpoints" DROP COLUMN "content_hash";
ALTER TABLE "checkpoints" ALTER COLUMN "taken_us" TYPE timestamp with time zone
	USING timestamptz 'epoch' + "taken_us" * interval '1 microsecond';
ALTER TABLE "checkpoints" ALTER COLUMN "taken_us" SET DEFAULT now();
ALTER TABLE "checkpoints" RENAME COLUMN "taken_us" TO "saved_at";
