-- What transactions hold under try, confirm, cancel. An order that is held is no order: it is not among the orders before it is confirmed.

-- Orders to be. Their customers are charged already, so that limits count them: what is open is the sum of a customer's confirmed orders
-- and of these.
create table order_hold (
    branch          text primary key, -- of the transaction, by its global name
    transaction_id  uuid not null,
    order_id        uuid not null,
    customer        text not null references customer,
    total           numeric(12, 2) not null check (total > 0),
    idempotency_key text,
    content         jsonb not null, -- what the branch was given
    at              timestamptz not null
);

create index order_hold_of_customer on order_hold (customer);
create index order_hold_of_order on order_hold (order_id);
create index order_hold_of_key on order_hold (idempotency_key);

-- Orders about to be cancelled, each by one transaction. Until it is confirmed they are what they were.
create table cancel_hold (
    branch         text primary key,
    transaction_id uuid not null,
    order_id       uuid not null unique references orders,
    cancelled_at   timestamptz not null,
    at             timestamptz not null
);
