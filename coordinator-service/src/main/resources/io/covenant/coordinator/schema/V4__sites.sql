-- Where the coordinators' database stands in each attempt under three-phase commit. Forced to disk before anybody is told. It is
-- one of the sites; the others are the databases of the branches.
create table site (
    transaction_id     uuid        not null,
    attempt            bigint      not null,
    last_elected_round integer     not null,
    last_elected_by    bigint      not null,
    last_attempt_round integer     not null,
    last_attempt_by    bigint      not null,
    position           text        not null
        check (position in ('WAITING', 'PRE_COMMITTED', 'PRE_ABORTED', 'COMMITTED', 'ABORTED')),
    sealed             jsonb       not null, -- ["branch"], the branches that commit
    at                 timestamptz not null default now(),
    primary key (transaction_id, attempt)
);

create index site_at on site using brin (at) with (autosummarize = on);
