package io.covenant.inventory.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.inventory.RunningInventory;
import io.covenant.transactions.crash.BranchCrashTest;
import io.covenant.transactions.crash.BranchCrashes;
import io.covenant.transactions.crash.LocalCrash;
import io.covenant.transactions.crash.PreparedCrash;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

/// Wherever inventory dies, stock is taken once, given back whole, and every piece is accounted for.
@BranchCrashTest
class StockCrashTests extends RunningInventory {

    @Autowired
    private BranchCrashes crashes;

    @Autowired
    private JdbcTemplate database;

    @AfterEach
    void accountsForEveryPiece() {
        assertThat(DATABASE.prepared()).isEmpty();
        assertThat(database.queryForList("select branch from stock_hold", String.class))
                .isEmpty();
        assertThat(database.queryForList("""
                        select sku from stock_item left join stock_movement using (sku)
                         group by sku, on_hand, held having held <> 0 or on_hand <> coalesce(sum(quantity), 0)
                        """, String.class)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void takesStockOnceWhenTheOrderCommits(PreparedCrash crash) {
        var lamp = itemWith(5);
        crashes.committed(crash, "reserve", threeOf(lamp));
        expectOnHand(lamp, 2);
    }

    @ParameterizedTest
    @EnumSource
    void takesNothingWhenTheOrderAborts(PreparedCrash crash) {
        var lamp = itemWith(5);
        crashes.rolledBack(crash, "reserve", threeOf(lamp));
        expectOnHand(lamp, 5);
    }

    @ParameterizedTest
    @EnumSource
    void takesWhatIsHeldOnce(LocalCrash crash) {
        var lamp = itemWith(5);
        crashes.confirmed(crash, "reserve", threeOf(lamp));
        expectOnHand(lamp, 2);
    }

    @ParameterizedTest
    @EnumSource
    void givesBackWhatIsHeld(LocalCrash crash) {
        var lamp = itemWith(5);
        crashes.cancelled(crash, "reserve", threeOf(lamp));
        expectOnHand(lamp, 5);
    }

    @ParameterizedTest
    @EnumSource
    void takesStockOnceInASaga(LocalCrash crash) {
        var lamp = itemWith(5);
        crashes.done(crash, "reserve", threeOf(lamp));
        expectOnHand(lamp, 2);
    }

    @ParameterizedTest
    @EnumSource
    void putsBackWhatASagaTook(LocalCrash crash) {
        var lamp = itemWith(5);
        crashes.compensated(crash, "reserve", "reserve", threeOf(lamp));
        expectOnHand(lamp, 5);
    }

    @Test
    void saysSoWhereABranchNeverComesByThePlace() {
        var order = threeOf(itemWith(2));

        assertThatThrownBy(() -> crashes.committed(PreparedCrash.PREPARED, "reserve", order))
                .hasMessageContaining("does not come to PREPARED");
    }

    private static Map<String, Object> threeOf(String sku) {
        return Map.of(
                "orderId",
                UUID.randomUUID(),
                "lines",
                List.of(Map.of("sku", sku, "quantity", 3, "unitPrice", new BigDecimal("10.00"))));
    }
}
