package io.covenant.inventory.stock;

import io.covenant.inventory.stock.StockLedger.Cause;
import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockException;
import io.covenant.locks.client.LockLostException;
import io.covenant.locks.client.LockNames;
import io.covenant.locks.client.LockRequest;
import io.covenant.locks.fencing.FencedOffException;
import io.covenant.locks.spring.TransactionFence;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Corrects the books by what was counted on the shelves, one count of an item at a time.
///
/// A count holds the item's lock, and its transaction begins at the fence: who lost the lock on the way writes nothing.
/// Orders do not take that lock. They and the count meet at the item's row.
@Service
public class StockTaking {

    private static final Logger log = LoggerFactory.getLogger(StockTaking.class);

    private final JdbcTemplate database;
    private final TransactionTemplate transaction;
    private final TransactionFence fence;
    private final LockClient locks;
    private final StockLedger ledger;
    private final StockCounts counts;
    private final CountProperties properties;
    private final Clock clock;

    StockTaking(
            JdbcTemplate database,
            PlatformTransactionManager transactions,
            TransactionFence fence,
            LockClient locks,
            StockLedger ledger,
            StockCounts counts,
            CountProperties properties,
            Clock clock) {
        this.database = database;
        this.transaction = new TransactionTemplate(transactions);
        this.fence = fence;
        this.locks = locks;
        this.ledger = ledger;
        this.counts = counts;
        this.properties = properties;
        this.clock = clock;
    }

    /// Makes the books say what was counted.
    ///
    /// @throws LockException      when the item's lock is not to be had; nothing was written
    /// @throws FencedOffException when it was lost on the way; nothing was written
    public CountAnswer count(Count count) throws InterruptedException {
        var told = told(count);
        if (told.isPresent()) {
            return told.get();
        }
        if (!exists(count.sku())) {
            return new CountAnswer.UnknownSku(count.sku());
        }
        var name = lockOf(count.sku());
        var lock = locks.acquire(LockRequest.exclusive(name).waiting(properties.lockWait()));
        try {
            return write(count, name, lock.token());
        } finally {
            release(lock);
        }
    }

    /// How the lock of an item is called.
    static String lockOf(String sku) {
        return "stock/" + LockNames.segment(sku);
    }

    private CountAnswer write(Count count, String lock, long token) {
        try {
            return Objects.requireNonNull(transaction.execute(_ -> {
                fence.check(lock, token);
                return correct(count, token);
            }));
        } catch (DuplicateKeyException toldMeanwhile) {
            return told(count).orElseThrow(() -> toldMeanwhile);
        }
    }

    private CountAnswer correct(Count count, long token) {
        var onHand = database.queryForObject(
                "select on_hand from stock_item where sku = ? for no key update", Long.class, count.sku());
        // What these say and on hand does not, orders have taken, or is held for them.
        var expected = database.queryForObject(
                "select coalesce(sum(quantity), 0) from stock_movement where sku = ? and reason in ('RECEIPT', 'COUNT')",
                Long.class,
                count.sku());
        if (onHand == null || expected == null) {
            throw new IllegalStateException(count.sku() + " has gone");
        }
        long reserved = expected - onHand;
        if (count.quantity() < reserved) {
            return new CountAnswer.BelowReserved(count.quantity(), reserved);
        }
        var change = ledger.change(count.sku(), count.quantity() - expected);
        if (change.quantity() != 0 && !ledger.move(Cause.count(count), List.of(change))) {
            throw new IllegalStateException("the ledger does not take the correction " + change);
        }
        database.update(
                """
                insert into stock_count (id, sku, counted, expected, reserved, reason, idempotency_key, token, at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                change.id(),
                count.sku(),
                count.quantity(),
                expected,
                reserved,
                count.reason(),
                count.key(),
                token,
                clock.instant().atOffset(ZoneOffset.UTC));
        return new CountAnswer.Counted(counts.findById(change.id()).orElseThrow());
    }

    /// The answer of the first time, if there was one.
    private Optional<CountAnswer> told(Count count) {
        var key = count.key();
        return key == null
                ? Optional.empty()
                : counts.findByIdempotencyKey(key)
                        .map(told ->
                                told.answers(count) ? new CountAnswer.Counted(told) : new CountAnswer.KeyReused(key));
    }

    private boolean exists(String sku) {
        return Boolean.TRUE.equals(
                database.queryForObject("select exists (select from stock_item where sku = ?)", Boolean.class, sku));
    }

    private static void release(LeasedLock lock) {
        try {
            lock.release();
        } catch (LockLostException lost) {
            // What was written has passed the fence; what was not, cannot any more.
            log.warn("{}", lost.getMessage());
        }
    }
}
