-- Whether the objects that are stored of a cluster are those that its last report hashes: then the next report, which says what
-- changed since, needs no look at all of them.

ALTER TABLE cluster_reports ADD COLUMN objects_agree boolean NOT NULL DEFAULT false;
