-- What people did to transactions and services, and why: one row per act, written in the transaction of the act.
create table operator_action (
    id       bigint      generated always as identity primary key,
    at       timestamptz not null default clock_timestamp(),
    operator text        not null,
    action   text        not null,
    target   text        not null,
    reason   text        not null,
    detail   text
);

-- Services that are left in peace: no new transaction takes them in, and nothing is told to them.
create table paused_service (
    service  text        primary key,
    operator text        not null,
    reason   text        not null,
    since    timestamptz not null default clock_timestamp()
);
