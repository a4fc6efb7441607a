-- Chains the rows of an audit: each has a number without gaps, the hash of the row before, and its own; AuditChain
-- checks them. A service calls `chain_audit` for its table in a repeatable migration of its own.

create table if not exists audit_head (
    audit  text   primary key,
    number bigint not null,
    hash   text   not null
);

-- The row of audit_head is held until the end of the transaction: whoever adds to the same audit waits for it, on
-- whatever node. Runs as the owner, so that the service itself need not be able to change the head; its path ends with
-- pg_temp, so that nobody puts a table of that name before ours.
create or replace function audit_link() returns trigger
    language plpgsql security definer
    set search_path = public, pg_temp
    set timezone = 'UTC'
as $$
begin
    update audit_head set number = audit_head.number + 1 where audit = tg_table_name
        returning audit_head.number, audit_head.hash into strict new.number, new.previous;
    new.hash := encode(sha256(convert_to((to_jsonb(new) - 'hash')::text, 'UTF8')), 'hex');
    update audit_head set hash = new.hash where audit = tg_table_name;
    return new;
end
$$;

-- Chains what the table has already, in the order of its ids, and whatever is added from now on. Whoever is not the
-- owner adds and reads from then on, and changes nothing.
create or replace function chain_audit(audited regclass) returns void
    language plpgsql
    set search_path = public, pg_temp
as $$
declare
    one bigint;
    who name;
begin
    if exists (select from audit_head where audit = audited::text) then
        return;
    end if;
    insert into audit_head values (audited::text, 0, repeat('0', 64));
    execute format('alter table %s add column number bigint, add column previous text, add column hash text', audited);
    execute format('create trigger audit_link before update on %s for each row execute function audit_link()', audited);
    for one in execute format('select id from %s order by id', audited) loop
        execute format('update %s set number = null where id = $1', audited) using one;
    end loop;
    execute format('drop trigger audit_link on %s', audited);
    execute format('alter table %s alter column number set not null, alter column previous set not null, '
                   'alter column hash set not null, add unique (number)', audited);
    execute format('create trigger audit_link before insert on %s for each row execute function audit_link()', audited);
    for who in select distinct grantee from information_schema.role_table_grants
                where table_schema = 'public' and table_name in (audited::text, 'audit_head')
                  and grantee not in (current_user, 'PUBLIC') loop
        execute format('revoke update, delete, truncate, references, trigger on %s from %I', audited, who);
        execute format('revoke insert, update, delete, truncate, references, trigger on audit_head from %I', who);
    end loop;
end
$$;

revoke execute on function chain_audit(regclass) from public;
