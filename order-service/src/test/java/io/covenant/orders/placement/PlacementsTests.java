package io.covenant.orders.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.orders.RunningOrders;
import io.covenant.orders.placement.Placement.State;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.initiator.CommitProtocol;
import io.covenant.transactions.initiator.TransactionIds;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

class PlacementsTests extends RunningOrders {

    private static final Refusal SOLD_OUT = new Refusal("out-of-stock", "None left.", Map.of("sku", "LAMP"));

    private static final Refusal TOO_LATE = Refusal.of("deadline-passed", "Too late.");

    // Far ahead, so that the schedule of the running service leaves these placements alone.
    private static final Instant NOW = Instant.parse("2100-01-01T00:00:00Z");

    @Autowired
    private Placements placements;

    @Autowired
    private JdbcTemplate database;

    @BeforeEach
    void beginsWithoutPlacements() {
        database.update("delete from placement");
    }

    @Test
    void remembersAnAttemptByIdAndByKey() {
        var placement = pending("key");

        assertThat(placements.claim(placement)).isTrue();

        assertThat(placements.find(placement.order())).contains(placement);
        assertThat(placements.findByKey("key")).contains(placement);
    }

    @Test
    void remembersAnyNumberWithoutAKey() {
        assertThat(placements.claim(pending(null))).isTrue();
        assertThat(placements.claim(pending(null))).isTrue();
    }

    @Test
    void confirmsWhatItsOrderProves() {
        var placement = pending("key");
        placements.claim(placement);
        order(placement.order(), "key");

        assertThat(placements.find(placement.order()).orElseThrow().state()).isEqualTo(State.CONFIRMED);
        assertThat(stateInTheRow(placement)).isEqualTo("PENDING");
        assertThat(placements.confirmVisible(10)).isEqualTo(1);
        assertThat(stateInTheRow(placement)).isEqualTo("CONFIRMED");
        assertThat(placements.confirmVisible(10)).isZero();
    }

    @Test
    void findsTheOrderOfAKeyWithoutAPlacement() {
        var id = UUID.randomUUID();
        order(id, "lost");

        assertThat(placements.orderOfKey("lost")).contains(id);
        assertThat(placements.orderOfKey("none")).isEmpty();
    }

    @Test
    void keepsTheKeyOfAFinalRefusal() {
        var placement = pending("key");
        placements.claim(placement);

        placements.reject(placement, SOLD_OUT);

        var rejected = placements.findByKey("key").orElseThrow();
        assertThat(rejected.state()).isEqualTo(State.REJECTED);
        assertThat(rejected.refusal()).contains(SOLD_OUT);
    }

    @Test
    void givesTheKeyBackWhenItWasNotTheRequestsFault() {
        var placement = pending("key");
        placements.claim(placement);

        placements.reject(placement, TOO_LATE);

        assertThat(placements.findByKey("key")).isEmpty();
        assertThat(placements.find(placement.order()).orElseThrow().refusal()).contains(TOO_LATE);
        assertThat(placements.claim(pending("key"))).isTrue();
    }

    @Test
    void takesOverdueOnesOnce() {
        var placement = pending("key");
        placements.claim(placement);
        var later = NOW.plusSeconds(1);

        assertThat(placements.takeOverdue(NOW.minusSeconds(1), later, 10)).isEmpty();
        assertThat(placements.takeOverdue(NOW, later, 10))
                .extracting(Placement::order)
                .containsExactly(placement.order());
        assertThat(placements.takeOverdue(NOW, later, 10)).isEmpty();
        assertThat(placements.takeOverdue(later, later.plusSeconds(1), 10)).hasSize(1);
    }

    @Test
    void forgetsOldOnesThatAreSettled() {
        var settled = pending("settled");
        var open = pending("open");
        placements.claim(settled);
        placements.claim(open);
        placements.reject(settled, SOLD_OUT);
        var made = Instant.ofEpochMilli(settled.order().getMostSignificantBits() >>> 16);

        assertThat(placements.forget(SettlementSchedule.smallestIdAt(made), 10)).isZero();
        assertThat(placements.forget(SettlementSchedule.smallestIdAt(made.plus(Duration.ofMinutes(1))), 10))
                .isEqualTo(1);
        assertThat(placements.find(settled.order())).isEmpty();
        assertThat(placements.find(open.order())).isPresent();
    }

    @Test
    void refusesATakenKey() {
        var first = pending("key");
        placements.claim(first);

        assertThat(placements.claim(pending("key"))).isFalse();

        assertThat(placements.findByKey("key")).contains(first);
    }

    @Test
    void refusesToGoOnWithWhatSomebodyHasSettled() {
        var placement = pending("key");
        placements.claim(placement);
        var next = TransactionIds.next();
        assertThat(placements.goOn(placement, next, NOW)).isTrue();

        assertThat(placements.goOn(placement, TransactionIds.next(), NOW)).isFalse();
        placements.reject(placement, SOLD_OUT);
        assertThat(placements.find(placement.order()).orElseThrow().state()).isEqualTo(State.PENDING);
        placements.reject(placement.under(next), SOLD_OUT);
        assertThat(placements.goOn(placement.under(next), TransactionIds.next(), NOW))
                .isFalse();
    }

    @Test
    void remembersWhichOrderAKeyCancels() {
        var order = UUID.randomUUID();

        assertThat(placements.cancellationOf("cancel", order, NOW)).isEqualTo(order);
        assertThat(placements.cancellationOf("cancel", UUID.randomUUID(), NOW)).isEqualTo(order);
        placements.forgetCancellations(NOW.plusMillis(1));
        assertThat(database.queryForObject("select count(*) from cancellation", Long.class))
                .isZero();
    }

    private static Placement pending(@org.jspecify.annotations.Nullable String key) {
        return Placement.begun(
                TransactionIds.next(), CommitProtocol.SAGA, key, key == null ? null : "hash", "ada", NOW, NOW);
    }

    private String stateInTheRow(Placement placement) {
        return Optional.ofNullable(database.queryForObject(
                        "select state from placement where id = ?", String.class, placement.order()))
                .orElseThrow();
    }

    private void order(UUID id, String key) {
        database.update(
                "insert into customer (id, name, credit_limit) values ('ada', 'Ada', 1) on conflict do nothing");
        database.update("""
                insert into orders (id, customer, state, total, transaction_id, idempotency_key, placed_at)
                values (?, 'ada', 'CONFIRMED', 1, ?, ?, now())
                """, id, id, key);
    }
}
