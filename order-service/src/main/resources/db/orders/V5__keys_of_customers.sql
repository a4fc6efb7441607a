-- A key is its customer's own (CustomersKey): what was kept before is kept under the same name from now on.
update placement set idempotency_key = customer || '/' || idempotency_key where idempotency_key is not null;
update orders set idempotency_key = customer || '/' || idempotency_key where idempotency_key is not null;
update order_hold set idempotency_key = customer || '/' || idempotency_key where idempotency_key is not null;
update cancellation
set idempotency_key = orders.customer || '/' || cancellation.idempotency_key
from orders
where orders.id = cancellation.order_id;
