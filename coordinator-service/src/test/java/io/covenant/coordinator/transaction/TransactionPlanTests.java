package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.coordinator.Plans;
import io.covenant.coordinator.transaction.TransactionPlan.Branch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionPlanTests {

    private static final Branch ORDERS = new Branch("orders", "orders", "create", Payload.of("{}"));

    @Test
    void isTheSameUnderAnyId() {
        assertThat(plan("a", ORDERS).digest())
                .isEqualTo(plan("a", ORDERS).digest())
                .hasSize(43);
    }

    @Test
    void isAnotherWhenAnythingDiffers() {
        var digest = plan("a", ORDERS).digest();

        assertThat(plan("b", ORDERS).digest()).isNotEqualTo(digest);
        assertThat(plan("a", new Branch("orders", "orders", "create", Payload.of("{ }")))
                        .digest())
                .isNotEqualTo(digest);
        assertThat(plan("a", new Branch("orders", "orders", "cancel", Payload.of("{}")))
                        .digest())
                .isNotEqualTo(digest);
        assertThat(Plans.inTurn(plan("a", ORDERS)).digest()).isNotEqualTo(digest);
    }

    @Test
    void doesNotConfuseWhereTextsEnd() {
        assertThat(plan("a", new Branch("bc", "d", "e", Payload.of("1"))).digest())
                .isNotEqualTo(
                        plan("a", new Branch("b", "cd", "e", Payload.of("1"))).digest());
    }

    @Test
    void hasBranchesOfDifferentNames() {
        assertThatThrownBy(() -> plan("a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> plan("a", ORDERS, ORDERS)).isInstanceOf(IllegalArgumentException.class);
    }

    private static TransactionPlan plan(String name, Branch... branches) {
        return new TransactionPlan(
                Plans.id(), name, CommitProtocol.TWO_PHASE, Duration.ofSeconds(3), false, List.of(branches), null);
    }
}
