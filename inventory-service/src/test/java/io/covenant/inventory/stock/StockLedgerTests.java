package io.covenant.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.inventory.RunningInventory;
import io.covenant.inventory.stock.StockLedger.Cause;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DuplicateKeyException;

class StockLedgerTests extends RunningInventory {

    @Autowired
    private StockLedger ledger;

    @Autowired
    private StockItems items;

    @Autowired
    private StockMovements movements;

    @Test
    void movesSeveralItemsAtOnce() {
        var lamp = itemWith(5);
        var desk = itemWith(5);

        assertThat(ledger.move(order(UUID.randomUUID()), List.of(ledger.change(lamp, -1), ledger.change(desk, -2))))
                .isTrue();

        assertThat(items.findById(lamp).orElseThrow().onHand()).isEqualTo(4);
        assertThat(items.findById(desk).orElseThrow().onHand()).isEqualTo(3);
    }

    @Test
    void leavesOutAChangeThatAnItemCannotBear() {
        var lamp = itemWith(5);

        assertThat(ledger.move(order(UUID.randomUUID()), List.of(ledger.change(lamp, -6))))
                .isFalse();

        assertThat(items.findById(lamp).orElseThrow().onHand()).isEqualTo(5);
        assertThat(movements.newest(lamp, 10)).hasSize(1);
    }

    @Test
    void refusesTheSameEffectTwice() {
        var lamp = itemWith(5);
        var order = UUID.randomUUID();
        ledger.move(order(order), List.of(ledger.change(lamp, -1)));

        assertThatThrownBy(() -> ledger.move(order(order), List.of(ledger.change(lamp, -1))))
                .isInstanceOf(DuplicateKeyException.class);

        assertThat(items.findById(lamp).orElseThrow().onHand()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"update stock_movement set quantity = 1", "delete from stock_movement", "truncate stock_movement"
            })
    void letsNobodyChangeWhatHasMoved(String sql) {
        itemWith(5);

        assertThatThrownBy(() -> execute(DATABASE.runtime(), sql)).hasMessageContaining("permission denied");
        assertThatThrownBy(() -> execute(DATABASE.owner(), sql)).hasMessageContaining("append-only");
    }

    @Test
    void letsNobodySellWhatIsNotThere() {
        var lamp = itemWith(5);

        assertThatThrownBy(() ->
                        execute(DATABASE.runtime(), "update stock_item set on_hand = -1 where sku = '" + lamp + "'"))
                .hasMessageContaining("stock_item_on_hand_check");
    }

    private static Cause order(UUID order) {
        return Cause.order(MovementReason.ORDER, order, UUID.randomUUID());
    }

    private static void execute(DataSource database, String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
