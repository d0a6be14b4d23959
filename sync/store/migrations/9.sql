-- To version 9: what a deal is called in every CRM that has it.
ALTER TABLE deals ADD COLUMN agreed_key TEXT DEFAULT '';
ALTER TABLE deals ALTER COLUMN agreed_key SET NOT NULL;
