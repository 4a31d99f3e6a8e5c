CREATE TABLE "backup_history" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "backup_history_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"location" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"size_bytes" bigint,
	"checksum" text,
	"verified_at" timestamp with time zone,
	"cause" text,
	CONSTRAINT "backup_history_kind" CHECK ("backup_history"."kind" in ('full', 'incremental', 'logical')),
	CONSTRAINT "backup_history_state" CHECK (("backup_history"."state" = 'running' and "backup_history"."ended_at" is null)
        or ("backup_history"."state" in ('done', 'failed') and "backup_history"."ended_at" is not null)),
	CONSTRAINT "backup_history_done" CHECK ("backup_history"."state" <> 'done' or ("backup_history"."size_bytes" >= 0 and "backup_history"."checksum" is not null))
);
--> statement-breakpoint
CREATE TABLE "metrics_aggregates" (
	"region" integer NOT NULL,
	"metric" text NOT NULL,
	"label" text NOT NULL,
	"resolution_seconds" integer NOT NULL,
	"began_at" timestamp with time zone NOT NULL,
	"samples" integer NOT NULL,
	"sum" double precision NOT NULL,
	"min" double precision NOT NULL,
	"max" double precision NOT NULL,
	CONSTRAINT "metrics_aggregates_pk" PRIMARY KEY("region","metric","label","resolution_seconds","began_at"),
	CONSTRAINT "metrics_aggregates_resolution" CHECK ("metrics_aggregates"."resolution_seconds" in (60, 3600)),
	CONSTRAINT "metrics_aggregates_samples" CHECK ("metrics_aggregates"."samples" > 0 and "metrics_aggregates"."min" <= "metrics_aggregates"."max")
);
--> statement-breakpoint
CREATE TABLE "scene_history" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "scene_history_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"region" integer NOT NULL,
	"epoch" bigint NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"frame" bigint NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "scene_history_kind" CHECK ("scene_history"."kind" in ('genesis', 'recovered', 'cut', 'forked')),
	CONSTRAINT "scene_history_frame" CHECK ("scene_history"."frame" >= 0)
);
--> statement-breakpoint
CREATE TABLE "security_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "security_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"code" text NOT NULL,
	"account" bigint,
	"address" text,
	"count" integer NOT NULL,
	CONSTRAINT "security_events_kind" CHECK ("security_events"."kind" in ('refusal', 'close', 'limit', 'revocation')),
	CONSTRAINT "security_events_count" CHECK ("security_events"."count" > 0)
);
--> statement-breakpoint
CREATE TABLE "token_blacklist" (
	"ticket_id" text PRIMARY KEY NOT NULL,
	"revoked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhooks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"url" text NOT NULL,
	"events" text[] NOT NULL,
	"secret" text NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhooks_url" UNIQUE("url"),
	CONSTRAINT "webhooks_scheme" CHECK ("webhooks"."url" ~ '^https?://'),
	CONSTRAINT "webhooks_events" CHECK (cardinality("webhooks"."events") > 0)
);
--> statement-breakpoint
CREATE TABLE "placed_pieces" (
	"region" integer NOT NULL,
	"entity" bigint NOT NULL,
	"shape" smallint NOT NULL,
	"definition" integer NOT NULL,
	"size_x" real NOT NULL,
	"size_y" real NOT NULL,
	"size_z" real NOT NULL,
	"x" real NOT NULL,
	"y" real NOT NULL,
	"z" real NOT NULL,
	"rotation_x" real NOT NULL,
	"rotation_y" real NOT NULL,
	"rotation_z" real NOT NULL,
	"rotation_w" real NOT NULL,
	"placed_frame" bigint NOT NULL,
	CONSTRAINT "placed_pieces_region_entity_pk" PRIMARY KEY("region","entity"),
	CONSTRAINT "placed_pieces_entity" CHECK ("placed_pieces"."entity" between 1 and 4294967295)
);
--> statement-breakpoint
ALTER TABLE "metrics_aggregates" ADD CONSTRAINT "metrics_aggregates_region_regions_region_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("region") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scene_history" ADD CONSTRAINT "scene_history_region_regions_region_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("region") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "placed_pieces" ADD CONSTRAINT "placed_pieces_region_regions_region_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("region") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "backup_history_started" ON "backup_history" USING btree ("started_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "metrics_aggregates_age" ON "metrics_aggregates" USING btree ("resolution_seconds","began_at");--> statement-breakpoint
CREATE INDEX "scene_history_region" ON "scene_history" USING btree ("region","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "security_events_at" ON "security_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "security_events_account" ON "security_events" USING btree ("account","at") WHERE "security_events"."account" is not null;--> statement-breakpoint
CREATE INDEX "token_blacklist_expiry" ON "token_blacklist" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "placed_pieces_place" ON "placed_pieces" USING btree ("region","x","z");--> statement-breakpoint
CREATE INDEX "players_region" ON "players" USING btree ("region");--> statement-breakpoint
ALTER TABLE "players" ADD CONSTRAINT "players_yaw" CHECK ("players"."yaw" between 0 and 65535);--> statement-breakpoint
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_frame" CHECK ("checkpoints"."frame" >= 0);--> statement-breakpoint
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_state_hash" CHECK ("checkpoints"."state_hash" ~ '^[0-9a-f]{16}$');--> statement-breakpoint
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_chain" CHECK (octet_length("checkpoints"."chain") = 32);--> statement-breakpoint
ALTER TABLE "journal_groups" ADD CONSTRAINT "journal_groups_frames" CHECK ("journal_groups"."first_frame" between 0 and "journal_groups"."last_frame");--> statement-breakpoint
ALTER TABLE "journal_groups" ADD CONSTRAINT "journal_groups_chain" CHECK (octet_length("journal_groups"."chain") = 32);--> statement-breakpoint
ALTER TABLE "regions" ADD CONSTRAINT "regions_seed" CHECK ("regions"."seed" between 0 and 4294967295);--> statement-breakpoint
ALTER TABLE "regions" ADD CONSTRAINT "regions_lease_epoch" CHECK ("regions"."lease_epoch" > 0);