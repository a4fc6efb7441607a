-- The evidence of every branch: inserted by its work as the first statement, so that it is visible exactly when the branch has
-- committed; or inserted by an abort, so that the branch never can.
create table branch_barrier (
    gid            text primary key,
    kind           text not null check (kind in ('WORK', 'FENCE')),
    transaction_id uuid not null,
    operation      text,
    at             timestamptz not null default now()
);

-- For the purge of old rows; next to free for the branches themselves.
create index branch_barrier_at on branch_barrier using brin (at) with (autosummarize = on);

-- Branches that are not as decided, or cannot be shown to be: somebody has to look.
create table branch_hazard (
    gid            text primary key,
    transaction_id uuid not null,
    decision       text not null check (decision in ('COMMIT', 'ABORT')),
    detail         text not null,
    at             timestamptz not null default now()
);
