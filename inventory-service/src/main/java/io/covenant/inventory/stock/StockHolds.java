package io.covenant.inventory.stock;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/// What is held for transactions that are not decided: each change of it together with that of the item, in one
/// statement.
///
/// Items are locked in the order of their SKUs, as [StockLedger] does.
@Component
class StockHolds {

    private static final String HOLD = """
            with change as (
                select * from unnest(?::uuid[], ?::text[], ?::bigint[], ?::numeric[])
                           as change (id, sku, quantity, price)
            ), locked as (
                select item.sku from stock_item item join change using (sku) order by item.sku for no key update of item
            ), moved as (
                update stock_item item
                   set on_hand = item.on_hand - change.quantity, held = item.held + change.quantity
                  from locked join change using (sku)
                 where item.sku = locked.sku
                   and item.on_hand >= change.quantity
                   and change.price = item.price
             returning change.id, item.sku, change.quantity
            )
            insert into stock_hold (branch, sku, quantity, order_id, transaction_id, movement_id, at)
            select ?, sku, quantity, ?, ?, id, ? from moved
            """;

    private static final String LOCKED = """
            with locked as (
                select hold.* from stock_hold hold join stock_item item using (sku)
                 where hold.branch = ? order by sku for no key update of item
            ), ended as (
                delete from stock_hold hold using locked where hold.branch = locked.branch and hold.sku = locked.sku
            )
            """;

    private static final String TAKE = LOCKED + """
            , moved as (
                update stock_item item set held = item.held - locked.quantity
                  from locked where item.sku = locked.sku
             returning locked.movement_id, locked.sku, locked.quantity, locked.order_id, locked.transaction_id
            )
            insert into stock_movement (id, sku, quantity, reason, order_id, transaction_id, at)
            select movement_id, sku, -quantity, 'ORDER', order_id, transaction_id, ? from moved
            """;

    private static final String GIVE_BACK = LOCKED + """
            update stock_item item set held = item.held - locked.quantity, on_hand = item.on_hand + locked.quantity
              from locked where item.sku = locked.sku
            """;

    private final JdbcTemplate database;
    private final Clock clock;
    private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();

    StockHolds(JdbcTemplate database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /// @return whether there was enough of everything, at these prices; if not, the caller rolls back
    boolean hold(String branch, Reservation reservation) {
        var lines = reservation.lines();
        return database.update(
                        HOLD,
                        Stream.generate(() -> ids.generate().toString())
                                .limit(lines.size())
                                .toArray(String[]::new),
                        lines.stream().map(Reservation.Line::sku).toArray(String[]::new),
                        lines.stream().map(line -> (long) line.quantity()).toArray(Long[]::new),
                        lines.stream()
                                .map(line -> line.unitPrice().toPlainString())
                                .toArray(String[]::new),
                        branch,
                        reservation.order(),
                        reservation.transaction(),
                        now())
                == lines.size();
    }

    /// What is held becomes an order's.
    ///
    /// @return how many items
    /// @throws org.springframework.dao.DuplicateKeyException if the order has taken stock before
    int take(String branch) {
        return database.update(TAKE, branch, now());
    }

    /// What is held is on hand again.
    void giveBack(String branch) {
        database.update(GIVE_BACK, branch);
    }

    /// Notes what an order is to give back.
    void announceReturn(String branch, UUID order, UUID transaction) {
        database.update(
                "insert into stock_return (branch, order_id, transaction_id, at) values (?, ?, ?, ?)",
                branch,
                order,
                transaction,
                now());
    }

    /// @return the order that was to give back, if one was
    Optional<UUID> endReturn(String branch) {
        return database
                .query(
                        "delete from stock_return where branch = ? returning order_id",
                        (row, _) -> row.getObject("order_id", UUID.class),
                        branch)
                .stream()
                .findFirst();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
