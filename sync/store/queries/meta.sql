-- name: put_meta
INSERT INTO meta (name, content) VALUES ($name, $content)
ON CONFLICT (name) DO UPDATE SET content = excluded.content;

-- name: get_meta
SELECT content FROM meta WHERE name = $name;

-- name: drop_meta
DELETE FROM meta WHERE name = $name;

-- name: count_intent
INSERT INTO meta (name, content) VALUES ('intents', '1')
ON CONFLICT (name) DO UPDATE SET content = (meta.content::BIGINT + 1)::TEXT RETURNING content;
