-- What operators want of each service, newest version only.
create table cluster_settings (
    service    text primary key,
    version    bigint not null check (version > 0),
    settings   jsonb not null,
    changed_by text not null,
    changed_at timestamptz not null
);

-- Who changed what; written in the same transaction as the change.
create table cluster_audit (
    id       bigint generated always as identity primary key,
    at       timestamptz not null,
    operator text not null,
    gateway  text not null,
    service  text not null,
    version  bigint not null,
    forced   boolean not null,
    before   jsonb not null,
    after    jsonb not null
);

create index cluster_audit_by_service on cluster_audit (service, id desc);

-- Which version each gateway follows.
create table gateway_versions (
    gateway text not null,
    service text not null,
    version bigint not null,
    seen_at timestamptz not null,
    primary key (gateway, service)
);
