-- The highest token that each resource has seen. Raised in the transaction of the write, so that its row lock orders the writers.
create table fence (
    resource text primary key,
    token    bigint not null,
    who      text not null,
    at       timestamptz not null default now()
);

-- Who came with a token that was too old.
create table fence_refusal (
    id       bigint generated always as identity primary key,
    resource text not null,
    given    bigint not null,
    current  bigint not null,
    who      text not null,
    reason   text not null,
    at       timestamptz not null default now()
);

create index fence_refusal_at on fence_refusal (at);
