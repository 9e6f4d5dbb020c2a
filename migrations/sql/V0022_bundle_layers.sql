-- A layer stays for many generations: one row says from which to which, instead of one row for each of them.
ALTER TABLE bundle_layers ADD COLUMN last_generation bigint;

UPDATE bundle_layers b SET last_generation = s.last_generation
FROM (
    SELECT l.cluster_id, l.digest, nullif(max(l.generation), c.generation) AS last_generation
    FROM bundle_layers l JOIN clusters c ON c.id = l.cluster_id
    GROUP BY l.cluster_id, l.digest, c.generation
) s
WHERE s.cluster_id = b.cluster_id AND s.digest = b.digest;

DELETE FROM bundle_layers b USING bundle_layers earlier
WHERE earlier.cluster_id = b.cluster_id AND earlier.digest = b.digest AND earlier.generation < b.generation;

ALTER TABLE bundle_layers RENAME COLUMN generation TO first_generation;
ALTER TABLE bundle_layers DROP CONSTRAINT bundle_layers_pkey;
ALTER TABLE bundle_layers ADD CONSTRAINT bundle_layers_pkey PRIMARY KEY (cluster_id, digest);
COMMENT ON COLUMN bundle_layers.last_generation IS 'NULL while the newest generation names the layer';

-- What each confidential layer was sealed to, in place of one digest for all of them.
ALTER TABLE clusters RENAME COLUMN input_digest TO sealed_layers;
UPDATE clusters SET sealed_layers = NULL WHERE sealed_layers IS NOT NULL;
