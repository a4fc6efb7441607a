-- Customers and what they may owe, the orders that exist, and the attempts to place one.

create table customer (
    id           text primary key,
    name         text not null,
    credit_limit numeric(12, 2) not null check (credit_limit >= 0),
    -- The sum of the customer's confirmed orders. Only an order may move it, by the amount of its total.
    open_amount  numeric(12, 2) not null default 0 check (open_amount >= 0)
) with (fillfactor = 70); -- open_amount changes all the time: leave room for the new version beside the old one

-- An order is here when its transaction has committed: its stock is taken. It is never here before.
create table orders (
    id                    uuid primary key,
    customer              text not null references customer,
    state                 text not null check (state in ('CONFIRMED', 'CANCELLED')),
    total                 numeric(12, 2) not null check (total > 0),
    transaction_id        uuid not null,
    -- Two orders for one key are impossible, also when the placement that remembers the key is lost.
    idempotency_key       text unique,
    placed_at             timestamptz not null,
    cancel_transaction_id uuid,
    cancelled_at          timestamptz,
    constraint cancelled_orders_say_when_and_by_what check (
        (state = 'CANCELLED') = (cancelled_at is not null) and (state = 'CANCELLED') = (cancel_transaction_id is not null))
);

create index orders_of_customer on orders (customer, id);
create index orders_cancelled on orders (id) where state = 'CANCELLED';

create table order_line (
    order_id   uuid not null references orders,
    position   int not null,
    sku        text not null,
    name       text not null,
    quantity   int not null check (quantity > 0),
    unit_price numeric(12, 2) not null check (unit_price > 0),
    primary key (order_id, position)
);

-- An attempt to place an order: where its answer is found again. The order, once visible, is the better answer.
create table placement (
    id              uuid primary key, -- of the order, if there will be one
    transaction_id  uuid not null,    -- the one that runs or ran last; asked what became of it
    idempotency_key text unique,      -- given back when the attempt failed for no fault of the request
    request_hash    text,
    customer        text not null,
    state           text not null check (state in ('PENDING', 'CONFIRMED', 'REJECTED')),
    refusal         jsonb,
    created_at      timestamptz not null,
    look_at         timestamptz not null, -- when to ask what became of it
    constraint rejected_placements_say_why check ((state = 'REJECTED') = (refusal is not null)),
    constraint keys_come_with_a_hash check (idempotency_key is null or request_hash is not null)
) with (fillfactor = 90);

create index placement_pending on placement (look_at) where state = 'PENDING';

-- Which order a key of a cancellation is for.
create table cancellation (
    idempotency_key text primary key,
    order_id        uuid not null,
    at              timestamptz not null
);

create index cancellation_at on cancellation (at);
