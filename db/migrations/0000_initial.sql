CREATE TABLE "accounts" (
	"account" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "accounts_account_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 4294967295 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "players" (
	"account" bigint PRIMARY KEY NOT NULL,
	"region" integer NOT NULL,
	"x" double precision NOT NULL,
	"y" double precision NOT NULL,
	"z" double precision NOT NULL,
	"yaw" integer NOT NULL,
	"seen_frame" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"region" integer NOT NULL,
	"frame" bigint NOT NULL,
	"core_hash" text NOT NULL,
	"state_hash" text NOT NULL,
	"state_bytes" integer NOT NULL,
	"state" "bytea" NOT NULL,
	"chain" "bytea" NOT NULL,
	"saved_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "checkpoints_region_frame_pk" PRIMARY KEY("region","frame")
);
--> statement-breakpoint
CREATE TABLE "journal_cut_groups" (
	"region" integer NOT NULL,
	"first_frame" bigint NOT NULL,
	"last_frame" bigint NOT NULL,
	"payload" "bytea" NOT NULL,
	"chain" "bytea" NOT NULL,
	"cut_epoch" bigint NOT NULL,
	"cut_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "journal_cut_groups_region_cut_epoch_last_frame_pk" PRIMARY KEY("region","cut_epoch","last_frame")
);
--> statement-breakpoint
CREATE TABLE "journal_groups" (
	"region" integer NOT NULL,
	"first_frame" bigint NOT NULL,
	"last_frame" bigint NOT NULL,
	"payload" "bytea" NOT NULL,
	"chain" "bytea" NOT NULL,
	CONSTRAINT "journal_groups_region_last_frame_pk" PRIMARY KEY("region","last_frame")
);
--> statement-breakpoint
CREATE TABLE "regions" (
	"region" integer PRIMARY KEY NOT NULL,
	"seed" bigint NOT NULL,
	"lease_epoch" bigint NOT NULL,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "players" ADD CONSTRAINT "players_account_accounts_account_fk" FOREIGN KEY ("account") REFERENCES "public"."accounts"("account") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "players" ADD CONSTRAINT "players_region_regions_region_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("region") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_region_regions_region_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("region") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "journal_cut_groups" ADD CONSTRAINT "journal_cut_groups_region_regions_region_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("region") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "journal_groups" ADD CONSTRAINT "journal_groups_region_regions_region_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("region") ON DELETE no action ON UPDATE no action;