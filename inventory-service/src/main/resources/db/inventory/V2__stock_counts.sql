-- Counts of what lies on the shelves. What orders have taken lies there still: nothing here sends it off.

alter table stock_movement drop constraint every_movement_has_its_sign_and_cause;

alter table stock_movement add constraint every_movement_has_its_sign_and_cause check (
    case reason
        when 'RECEIPT' then quantity > 0 and order_id is null and transaction_id is null
        when 'ORDER' then quantity < 0 and order_id is not null and transaction_id is not null
        when 'CANCELLATION' then quantity > 0 and order_id is not null and transaction_id is not null
        when 'COUNT' then quantity <> 0 and order_id is null and transaction_id is null
        else false
    end);

-- What should lie on the shelves is the sum of these few.
create index stock_movement_on_shelf on stock_movement (sku) include (quantity) where reason in ('RECEIPT', 'COUNT');

create table stock_count (
    id              uuid primary key, -- and of the movement that corrects, if something is wrong
    sku             text not null references stock_item,
    counted         bigint not null check (counted >= reserved),
    expected        bigint not null,
    reserved        bigint not null check (reserved >= 0), -- by orders
    reason          text not null,
    idempotency_key text unique,
    token           bigint not null, -- of the lock under which it was written
    at              timestamptz not null
);

create index stock_count_of_sku on stock_count (sku, id);
