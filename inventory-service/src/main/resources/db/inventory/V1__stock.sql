-- What is on the shelves, and every change of it. On hand is always the sum of the movements.

create table stock_item (
    sku     text primary key,
    name    text not null,
    price   numeric(12, 2) not null check (price > 0),
    on_hand bigint not null default 0 check (on_hand >= 0)
) with (fillfactor = 70); -- on_hand changes all the time: leave room for the new version beside the old one

create table stock_movement (
    id             uuid primary key,
    sku            text not null references stock_item,
    quantity       bigint not null,
    reason         text not null,
    order_id       uuid,
    transaction_id uuid,
    receipt_key    text unique,
    note           text,
    at             timestamptz not null,
    constraint every_movement_has_its_sign_and_cause check (
        case reason
            when 'RECEIPT' then quantity > 0 and order_id is null and transaction_id is null
            when 'ORDER' then quantity < 0 and order_id is not null and transaction_id is not null
            when 'CANCELLATION' then quantity > 0 and order_id is not null and transaction_id is not null
            else false
        end),
    -- An order takes from a SKU once and gives back once, whatever is repeated.
    constraint stock_movement_once_per_order unique (order_id, sku, reason)
);

create index stock_movement_of_sku on stock_movement (sku, id);

-- Movements are only ever added. The trigger binds the owner, too, and outlives a careless grant.
create function refuse_change_of_movement() returns trigger language plpgsql as
$$
begin
    raise exception 'stock movements are append-only' using errcode = 'restrict_violation';
end
$$;

create trigger stock_movement_append_only
    before update or delete or truncate on stock_movement
    for each statement execute function refuse_change_of_movement();

do
$$
declare
    grantee text;
begin
    for grantee in
        select distinct p.grantee from information_schema.table_privileges p
         where p.table_schema = current_schema() and p.table_name = 'stock_movement' and p.grantee <> current_user
    loop
        execute format('revoke update, delete, truncate on stock_movement from %s',
                       case grantee when 'PUBLIC' then 'public' else quote_ident(grantee) end);
    end loop;
end
$$;
