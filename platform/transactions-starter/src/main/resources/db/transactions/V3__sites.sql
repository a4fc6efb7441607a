-- What the database of a branch knows of a three-phase commit: who its sites are, and where this one stands. Forced to disk
-- before anybody is told.
create table branch_site (
    gid                text primary key,
    transaction_id     uuid not null,
    electorate         jsonb,                     -- {"branch": "service"}; absent before the prepare has come
    last_elected_round integer not null default 0,
    last_elected_by    bigint not null default 0,
    last_attempt_round integer not null default 0,
    last_attempt_by    bigint not null default 0,
    position           text not null default 'WAITING'
        check (position in ('WAITING', 'PRE_COMMITTED', 'PRE_ABORTED', 'COMMITTED', 'ABORTED')),
    sealed             jsonb not null default '[]', -- the gids of the branches that commit
    at                 timestamptz not null default now()
);

-- For the purge of old rows.
create index branch_site_at on branch_site using brin (at) with (autosummarize = on);
