package io.covenant.inventory.stock;

import static io.covenant.inventory.stock.MovementReason.CANCELLATION;
import static io.covenant.inventory.stock.MovementReason.COMPENSATION;
import static io.covenant.inventory.stock.MovementReason.ORDER;

import io.covenant.inventory.stock.Reservation.Line;
import io.covenant.inventory.stock.StockLedger.Cause;
import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;

/// What can be done with stock.
///
/// What orders do with it happens in the transaction of the caller, who rolls back what is refused.
@Service
public class Stock {

    private final JdbcTemplate database;
    private final StockLedger ledger;
    private final StockHolds holds;
    private final StockItems items;
    private final StockMovements movements;

    Stock(JdbcTemplate database, StockLedger ledger, StockHolds holds, StockItems items, StockMovements movements) {
        this.database = database;
        this.ledger = ledger;
        this.holds = holds;
        this.items = items;
        this.movements = movements;
    }

    /// Names and prices an item, new or known.
    ///
    /// @return whether it is new
    public boolean define(String sku, String name, BigDecimal price) {
        var created = database.update(
                "insert into stock_item (sku, name, price) values (?, ?, ?) on conflict do nothing", sku, name, price);
        if (created == 0) {
            database.update("update stock_item set name = ?, price = ? where sku = ?", name, price, sku);
        }
        return created == 1;
    }

    /// Takes goods in.
    public ReceiptAnswer receive(Receipt receipt) {
        if (receipt.key() != null) {
            var told = movements.findByReceiptKey(receipt.key());
            if (told.isPresent()) {
                return answer(told.get(), receipt, receipt.key());
            }
        }
        var change = ledger.change(receipt.sku(), receipt.quantity());
        try {
            if (!ledger.move(Cause.receipt(receipt), List.of(change))) {
                return new ReceiptAnswer.UnknownSku(receipt.sku());
            }
        } catch (DuplicateKeyException toldMeanwhile) {
            if (receipt.key() == null) {
                throw toldMeanwhile;
            }
            var told = movements.findByReceiptKey(receipt.key()).orElseThrow(() -> toldMeanwhile);
            return answer(told, receipt, receipt.key());
        }
        return new ReceiptAnswer.Received(movements.findById(change.id()).orElseThrow());
    }

    private static ReceiptAnswer answer(StockMovement told, Receipt receipt, String key) {
        return told.answers(receipt) ? new ReceiptAnswer.Received(told) : new ReceiptAnswer.KeyReused(key);
    }

    /// Takes what an order wants: all of it or nothing.
    public ReservationAnswer reserve(Reservation reservation) {
        var changes = reservation.lines().stream()
                .map(line -> ledger.changeAtPrice(line.sku(), -line.quantity(), line.unitPrice()))
                .toList();
        try {
            return ledger.move(Cause.order(ORDER, reservation.order(), reservation.transaction()), changes)
                    ? new ReservationAnswer.Reserved()
                    : whyNot(reservation);
        } catch (DuplicateKeyException _) {
            return new ReservationAnswer.AlreadyReserved(reservation.order());
        }
    }

    /// The items are locked by now: what is read here is what the ledger saw.
    private ReservationAnswer whyNot(Reservation reservation) {
        var skus = reservation.lines().stream().map(Line::sku).toList();
        var known = items.findBySkuInOrderBySku(skus).stream()
                .collect(Collectors.toMap(StockItem::sku, Function.identity()));
        for (var line : reservation.lines()) {
            var item = known.get(line.sku());
            if (item == null) {
                return new ReservationAnswer.UnknownSku(line.sku());
            }
            if (item.price().compareTo(line.unitPrice()) != 0) {
                return new ReservationAnswer.PriceChanged(line.sku(), line.unitPrice(), item.price());
            }
            if (item.onHand() < line.quantity()) {
                return new ReservationAnswer.OutOfStock(line.sku(), line.quantity(), item.onHand());
            }
        }
        throw new IllegalStateException("the ledger refuses what nothing speaks against: " + reservation);
    }

    /// Holds what an order wants, all of it or nothing: it is not on hand any more, and not the order's yet.
    ///
    /// @param branch under which it is held
    public ReservationAnswer hold(String branch, Reservation reservation) {
        if (hasMoved(reservation.order(), ORDER)) {
            return new ReservationAnswer.AlreadyReserved(reservation.order());
        }
        return holds.hold(branch, reservation) ? new ReservationAnswer.Reserved() : whyNot(reservation);
    }

    /// The order takes what is held for it.
    ///
    /// @return whether something was; not when the order has taken stock before
    public boolean takeHeld(String branch) {
        try {
            return holds.take(branch) > 0;
        } catch (DuplicateKeyException _) {
            return false;
        }
    }

    /// What is held is on hand again.
    public void giveBackHeld(String branch) {
        holds.giveBack(branch);
    }

    /// Notes that an order is to give back what it took.
    ///
    /// @return whether it ever took anything
    public boolean announceReturn(String branch, UUID order, UUID transaction) {
        if (!hasMoved(order, ORDER)) {
            return false;
        }
        holds.announceReturn(branch, order, transaction);
        return true;
    }

    /// Gives back what was announced.
    ///
    /// @return whether it was
    public boolean takeBack(String branch, UUID transaction) {
        return holds.endReturn(branch)
                .map(order -> release(order, transaction) instanceof ReleaseAnswer.Released)
                .orElse(false);
    }

    /// What was announced does not happen.
    public void forgetReturn(String branch) {
        holds.endReturn(branch);
    }

    /// Gives back what an order took. To do it again changes nothing.
    public ReleaseAnswer release(UUID order, UUID transaction) {
        return giveBack(order, transaction, CANCELLATION);
    }

    /// Gives back what was taken for an order that will not be. To do it again changes nothing.
    public ReleaseAnswer compensate(UUID order, UUID transaction) {
        return giveBack(order, transaction, COMPENSATION);
    }

    private ReleaseAnswer giveBack(UUID order, UUID transaction, MovementReason reason) {
        var back = database.query("""
                select sku, -movement.quantity as quantity
                  from stock_movement movement join stock_item item using (sku)
                 where movement.order_id = ? and movement.reason = 'ORDER'
                 order by sku for no key update of item
                """, (row, _) -> ledger.change(row.getString("sku"), row.getLong("quantity")), order);
        if (back.isEmpty()) {
            return new ReleaseAnswer.UnknownOrder(order);
        }
        // Only now that the items are locked: who gave back before has committed, or never will.
        if (hasMoved(order, reason)) {
            return new ReleaseAnswer.Released();
        }
        if (!ledger.move(Cause.order(reason, order, transaction), back)) {
            throw new IllegalStateException("the ledger does not take back what order " + order + " took");
        }
        return new ReleaseAnswer.Released();
    }

    private boolean hasMoved(UUID order, MovementReason reason) {
        return Boolean.TRUE.equals(database.queryForObject(
                "select exists (select from stock_movement where order_id = ? and reason = ?)",
                Boolean.class,
                order,
                reason.name()));
    }
}
