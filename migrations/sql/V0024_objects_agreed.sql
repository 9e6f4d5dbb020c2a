-- The last report (its boot and sequence) whose hashes were those of all objects that were stored then: the next report, which
-- says what changed since, needs no look at all of them. A hub that knows nothing of it leaves it behind with its own report.

ALTER TABLE cluster_reports ADD COLUMN objects_agreed text NOT NULL DEFAULT '';
