DROP TABLE "players";
DROP TABLE "accounts";
DROP TABLE "checkpoints";
DROP TABLE "journal_cut_groups";
DROP TABLE "journal_groups";
DROP TABLE "regions";
