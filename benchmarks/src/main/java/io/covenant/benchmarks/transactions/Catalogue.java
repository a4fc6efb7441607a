package io.covenant.benchmarks.transactions;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.UUID;

/// Who buys what.
///
/// @param keys how many customers, and how many articles in stock, the purchases are spread over
/// @param soldOutPercent how many of a hundred purchases ask for an article that is out of stock
record Catalogue(int keys, int soldOutPercent) {

    /// As many customers and articles as there are; enough that two purchases seldom want the same.
    static final int ALL = 10_000;

    /// So few that purchases wait for each other.
    static final int HOT = 10;

    private static final int SOLD_OUT = 100;

    /// UUIDs of version 7, as the initiators of transactions draw them.
    private static final TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();

    static UUID newId() {
        return IDS.generate();
    }

    /// Puts all customers and articles in; stock is never used up. The customers have no limit: their orders need no
    /// lock, so that what is measured is the transaction and nothing else.
    static void putInto(Databases databases) throws SQLException {
        databases.orders().define("""
                insert into customer (id, name)
                select 'customer-' || n, 'Customer ' || n from generate_series(0, %d) n
                """.formatted(ALL - 1));
        databases.inventory().define("""
                insert into stock_item (sku, name, price, on_hand)
                select 'SKU-' || n, '%1$s', %2$s, 1000000000 from generate_series(0, %3$d) n
                """.formatted(Purchase.ARTICLE, Purchase.PRICE, ALL - 1), """
                insert into stock_movement (id, sku, quantity, reason, at)
                select gen_random_uuid(), sku, on_hand, 'RECEIPT', now() from stock_item
                """, """
                insert into stock_item (sku, name, price, on_hand)
                select 'SOLD-OUT-' || n, '%s', %s, 0 from generate_series(0, %d) n
                """.formatted(
                        Purchase.ARTICLE, Purchase.PRICE, SOLD_OUT - 1));
        for (Database database : databases.all()) {
            database.administer("vacuum analyze", "checkpoint");
        }
    }

    Purchase next(SplittableRandom random) {
        return new Purchase(newId(), "customer-" + random.nextInt(keys), sku(random));
    }

    /// The same customers, all of whom ask for what is out of stock.
    Catalogue soldOut() {
        return new Catalogue(keys, 100);
    }

    private String sku(SplittableRandom random) {
        return random.nextInt(100) < soldOutPercent
                ? "SOLD-OUT-" + random.nextInt(SOLD_OUT)
                : "SKU-" + random.nextInt(keys);
    }
}
