-- Marks of thinned checkpoints and the kept cores are lost: the older release knows neither.
DROP TABLE "cores";--> statement-breakpoint
DELETE FROM "checkpoints" WHERE "state" IS NULL;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "saved_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
UPDATE "checkpoints" SET "saved_at" = to_timestamp("taken_ms" / 1000.0);--> statement-breakpoint
ALTER TABLE "checkpoints" ALTER COLUMN "state" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "checkpoints" DROP COLUMN "taken_ms";--> statement-breakpoint
ALTER TABLE "checkpoints" DROP COLUMN "schema_hash";--> statement-breakpoint
ALTER TABLE "checkpoints" DROP COLUMN "state_digest";--> statement-breakpoint
ALTER TABLE "checkpoints" DROP COLUMN "content_hash";
