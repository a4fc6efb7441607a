package io.covenant.inventory.stock;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/// The only place, beside [StockHolds], that changes what is on hand: each change together with the movement that
/// explains it, in one statement.
@Component
class StockLedger {

    /// Items are locked in the order of their SKUs, so that two orders never wait for each other. A change that an item
    /// cannot bear is left out; its caller sees that the count is short.
    ///
    /// The update looks at the newest version of a row, as always after waiting for a lock: `item.on_hand` is never
    /// what it was when the statement began.
    private static final String MOVE = """
            with change as (
                select * from unnest(?::uuid[], ?::text[], ?::bigint[], ?::numeric[])
                           as change (id, sku, quantity, price)
            ), locked as (
                select item.sku from stock_item item join change using (sku) order by item.sku for no key update of item
            ), moved as (
                update stock_item item
                   set on_hand = item.on_hand + change.quantity
                  from locked join change using (sku)
                 where item.sku = locked.sku
                   and item.on_hand + change.quantity >= 0
                   and (change.price is null or change.price = item.price)
             returning change.id, item.sku, change.quantity
            )
            insert into stock_movement (id, sku, quantity, reason, order_id, transaction_id, receipt_key, note, at)
            select id, sku, quantity, ?, ?::uuid, ?::uuid, ?, ?, ? from moved
            """;

    private final JdbcTemplate database;
    private final Clock clock;
    private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();

    StockLedger(JdbcTemplate database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /// One movement to be.
    ///
    /// @param atPrice the change is left out if the item has another
    record Change(
            UUID id, String sku, long quantity, @Nullable BigDecimal atPrice) {}

    Change change(String sku, long quantity) {
        return new Change(ids.generate(), sku, quantity, null);
    }

    Change changeAtPrice(String sku, long quantity, BigDecimal price) {
        return new Change(ids.generate(), sku, quantity, price);
    }

    /// Why things move.
    record Cause(
            MovementReason reason,
            @Nullable UUID order,
            @Nullable UUID transaction,
            @Nullable String receiptKey,
            @Nullable String note) {

        static Cause receipt(Receipt receipt) {
            return new Cause(MovementReason.RECEIPT, null, null, receipt.key(), receipt.note());
        }

        static Cause count(Count count) {
            return new Cause(MovementReason.COUNT, null, null, null, count.reason());
        }

        static Cause order(MovementReason reason, UUID order, UUID transaction) {
            return new Cause(reason, order, transaction, null, null);
        }
    }

    /// Makes these changes, each for another item.
    ///
    /// @return whether all of them were possible; if not, the caller rolls back
    /// @throws org.springframework.dao.DuplicateKeyException if the same was moved before for the same cause
    boolean move(Cause cause, List<Change> changes) {
        int moved = database.update(
                MOVE,
                changes.stream().map(change -> change.id().toString()).toArray(String[]::new),
                changes.stream().map(Change::sku).toArray(String[]::new),
                changes.stream().map(Change::quantity).toArray(Long[]::new),
                changes.stream().map(StockLedger::price).toArray(String[]::new),
                cause.reason().name(),
                cause.order(),
                cause.transaction(),
                cause.receiptKey(),
                cause.note(),
                clock.instant().atOffset(ZoneOffset.UTC));
        return moved == changes.size();
    }

    private static @Nullable String price(Change change) {
        return change.atPrice() == null ? null : change.atPrice().toPlainString();
    }
}
