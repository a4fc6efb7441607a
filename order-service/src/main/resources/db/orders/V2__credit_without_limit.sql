-- Customers may have no limit. Those who have one place one order at a time, under their lock.

alter table customer alter column credit_limit drop not null;

-- So much may be open although it is more than the limit: it was when the limit was lowered. It falls with what is open,
-- and is gone when that is within the limit again.
alter table customer add column tolerated_amount numeric(12, 2);

update customer set tolerated_amount = open_amount where open_amount > credit_limit;

alter table customer add constraint only_more_than_the_limit_is_tolerated
    check (tolerated_amount is null or credit_limit is not null and tolerated_amount > credit_limit);
