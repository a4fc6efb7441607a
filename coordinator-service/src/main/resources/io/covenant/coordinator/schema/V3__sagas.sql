-- A saga's begin record, unlike the others, is forced to disk before anything is sent, and holds all of it: whoever
-- takes over sends the same actions again.
--
-- Of a saga, `progress` also notes, without force, which steps are done. Its row in `decision` is written by its owner
-- of this epoch alone: COMMIT means forward, ABORT backward, and `sealed` names the steps that are to be compensated.
alter table transaction add column saga text; -- {"recovery", "steps": [{"name", "service", "action", ..., "payload"}]}
