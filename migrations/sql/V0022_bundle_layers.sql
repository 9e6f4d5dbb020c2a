-- A layer stays for many generations: one row says from which to which, instead of one row for each of them.
-- The column generation is the first of them; a hub that does not know the other goes on writing rows for one generation.
ALTER TABLE bundle_layers ADD COLUMN last_generation bigint;
COMMENT ON COLUMN bundle_layers.last_generation IS 'NULL while the newest generation names the layer';

UPDATE bundle_layers b SET last_generation = b.generation
FROM clusters c WHERE c.id = b.cluster_id AND b.generation < c.generation;

-- What each confidential layer was sealed to, in place of input_digest, one digest for all of them, which is to go later.
ALTER TABLE clusters ADD COLUMN sealed_layers bytea;
