-- Coordinators that live, one row per life of a process. The lease tells who may be presumed dead; nothing else.
create table coordinator (
    incarnation uuid        primary key,
    node        text        not null,
    started_at  timestamptz not null default now(),
    lease_until timestamptz not null
);

-- One row per transaction: the begin record and, when it is over, the end record. None of it is forced to disk.
create table transaction (
    id          uuid        primary key,
    attempt     bigint      not null,
    name        text        not null,
    protocol    text        not null,
    digest      text        not null,
    branches    jsonb       not null, -- [{"name", "service", "operation"}]
    created_at  timestamptz not null,
    deadline    timestamptz not null,
    owner       text        not null,
    incarnation uuid        not null,
    epoch       integer     not null,
    decision    text        check (decision in ('COMMIT', 'ABORT')),
    hazard      boolean     not null default false,
    progress    jsonb,                -- [{"name", "vote", "refusal", "state", "detail"}], null when all did as decided
    timeline    jsonb,                -- [[micros since created_at, event, branch, detail]], without that of the decision
    decided_at  timestamptz,
    finished_at timestamptz
);

-- What there is to take over, and what is in doubt: small at all times.
create index transaction_unfinished on transaction (id) where finished_at is null;
create index transaction_hazard on transaction (id) where hazard;
-- For forgetting by age: rows lie about in the order of their ends, and this index costs next to nothing.
create index transaction_finished on transaction using brin (finished_at) with (autosummarize = on);

-- Each transaction leaves one dead row and one dead index entry behind; they are swept before they add up.
alter table transaction set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
alter table coordinator set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, fillfactor = 50);

-- The write-once register. The only write of all that is forced to disk; whoever inserts first has decided.
-- COMMIT enters only beside the begin record of its attempt.
create table decision (
    transaction_id uuid        primary key,
    attempt        bigint      not null,
    decision       text        not null check (decision in ('COMMIT', 'ABORT')),
    sealed         jsonb       not null, -- {"branch": "service"}, the branches that commit
    timeline       jsonb       not null,
    decided_at     timestamptz not null
);

create index decision_decided on decision using brin (decided_at) with (autosummarize = on);
