-- The evidence of branches that commit by themselves: reservations (try, confirm, cancel) and steps of sagas. Each row is inserted in
-- the transaction whose evidence it is: WORK by what is done, END by what ends it. Who comes first to a key makes the others wait.
create table branch_local (
    gid            text not null,
    op             text not null check (op in ('WORK', 'END')),
    -- WORK: done, or fenced off because its end came first; ACCEPTED and later perhaps REJECTED where the service reports how it ended.
    kind           text not null check (
        kind in ('WORK', 'FENCE', 'ACCEPTED', 'REJECTED') and op = 'WORK' or kind in ('CONFIRM', 'CANCEL') and op = 'END'),
    transaction_id uuid not null,
    operation      text,
    at             timestamptz not null default now(),
    -- When to ask what becomes of what is reserved; only while it is.
    until          timestamptz check (until is null or op = 'WORK'),
    primary key (gid, op)
);

-- What is reserved, for those who ask after it.
create index branch_local_reserved on branch_local (until) where until is not null;

-- For the purge of old rows; next to free for the branches themselves.
create index branch_local_at on branch_local using brin (at) with (autosummarize = on);

-- Steps that were reported to be over, until a coordinator has heard of it.
create table step_report (
    gid     text primary key,
    refusal jsonb,
    at      timestamptz not null default now(),
    next_at timestamptz not null default now()
);

create index step_report_next on step_report (next_at);
