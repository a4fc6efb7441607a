-- What is left to each subject of a limit, where gateways count together; written by Bucket4j.
--
-- Not logged: nobody waits for a disk, and after a crash every bucket is full again. No index on the expiry: each
-- request changes it, and without one the new row stays on the page of the old (a HOT update); the few rows there are at
-- a time can be read through.
create unlogged table rate_buckets (
    id         text primary key check (length(id) = 64), -- a hash of route, limit and subject
    state      bytea,
    -- milliseconds since 1970; for who goes away before the first state is written
    expires_at bigint not null default (extract(epoch from now()) * 1000)::bigint + 60000
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
