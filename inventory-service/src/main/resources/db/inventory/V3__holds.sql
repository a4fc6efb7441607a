-- What transactions hold under try, confirm, cancel: not on hand any more, and not an order's yet. What is on hand and what is held is
-- together the sum of the movements.

alter table stock_item add column held bigint not null default 0 check (held >= 0);

create table stock_hold (
    branch         text not null, -- of the transaction, by its global name
    sku            text not null references stock_item,
    quantity       bigint not null check (quantity > 0),
    order_id       uuid not null,
    transaction_id uuid not null,
    movement_id    uuid not null, -- that it becomes
    at             timestamptz not null,
    primary key (branch, sku)
);

create index stock_hold_of_sku on stock_hold (sku);

-- What is to be given back when its transaction is confirmed.
create table stock_return (
    branch         text primary key,
    order_id       uuid not null,
    transaction_id uuid not null,
    at             timestamptz not null
);

-- A step of a saga takes at once; its compensation gives back what an order took that never came to be.
alter table stock_movement drop constraint every_movement_has_its_sign_and_cause;

alter table stock_movement add constraint every_movement_has_its_sign_and_cause check (
    case reason
        when 'RECEIPT' then quantity > 0 and order_id is null and transaction_id is null
        when 'ORDER' then quantity < 0 and order_id is not null and transaction_id is not null
        when 'CANCELLATION' then quantity > 0 and order_id is not null and transaction_id is not null
        when 'COMPENSATION' then quantity > 0 and order_id is not null and transaction_id is not null
        when 'COUNT' then quantity <> 0 and order_id is null and transaction_id is null
        else false
    end);
