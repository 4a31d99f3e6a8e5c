-- Older rows get what a row of today has: the one layout that there was, and hashes over their bytes.
ALTER TABLE "checkpoints" RENAME COLUMN "saved_at" TO "taken_us";--> statement-breakpoint
ALTER TABLE "checkpoints" ALTER COLUMN "taken_us" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "checkpoints" ALTER COLUMN "taken_us" TYPE bigint
	USING (extract(epoch from "taken_us") * 1000000)::bigint;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "schema_hash" text;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "state_digest" "bytea";--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "content_hash" "bytea";--> statement-breakpoint
ALTER TABLE "checkpoints" ALTER COLUMN "state" DROP NOT NULL;--> statement-breakpoint
UPDATE "checkpoints" SET
	"schema_hash" = 'df483f1fde7f704204dd664d89433826da77e93147b15668d744bf9f495d3811',
	"state_digest" = sha256("state");--> statement-breakpoint
UPDATE "checkpoints" SET "content_hash" = sha256(convert_to(concat_ws(E'\n', "region", "frame",
	"taken_us", "core_hash", "schema_hash", "state_hash", "state_bytes",
	encode("state_digest", 'hex'), encode("chain", 'hex')), 'UTF8'));--> statement-breakpoint
ALTER TABLE "checkpoints" ALTER COLUMN "schema_hash" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "checkpoints" ALTER COLUMN "state_digest" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "checkpoints" ALTER COLUMN "content_hash" SET NOT NULL;--> statement-breakpoint
CREATE TABLE "cores" (
	"core_hash" text PRIMARY KEY NOT NULL,
	"wasm" "bytea" NOT NULL,
	"kept_at" timestamp with time zone DEFAULT now() NOT NULL
);
