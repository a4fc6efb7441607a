package io.covenant.coordinator.insight;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.TransactionListener.Optimisation;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.transactions.Decision;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TransactionMetricsTests {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TransactionMetrics metrics = new TransactionMetrics(registry);

    @Test
    void tellsProtocolsApart() {
        metrics.begun(CommitProtocol.TCC);
        metrics.decided(CommitProtocol.TCC, Decision.COMMIT, Duration.ofMillis(5));
        metrics.retried(CommitProtocol.TCC, Retried.FINISH);
        metrics.watchInDoubt(CommitProtocol.TCC, () -> 7);

        assertThat(registry.get("covenant.transactions.begun")
                        .tag("protocol", "tcc")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("covenant.transactions.begun")
                        .tag("protocol", "two-phase")
                        .counter()
                        .count())
                .isZero();
        assertThat(registry.get("covenant.transactions.decided")
                        .tags("protocol", "tcc", "outcome", "committed")
                        .timer()
                        .count())
                .isOne();
        assertThat(registry.get("covenant.transactions.retried")
                        .tags("protocol", "tcc", "what", "finish")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("covenant.transactions.in.doubt")
                        .tag("protocol", "tcc")
                        .gauge()
                        .value())
                .isEqualTo(7);
    }

    @Test
    void countsWhatIsSaved() {
        metrics.optimised(CommitProtocol.TWO_PHASE, Optimisation.ONE_PHASE);
        metrics.decisionsForced(1, Duration.ofMillis(1));
        metrics.decisionsForced(5, Duration.ofMillis(1));

        assertThat(registry.get("covenant.transactions.optimised")
                        .tags("protocol", "two-phase", "optimisation", "one-phase")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("covenant.transactions.optimised")
                        .tags("protocol", "any", "optimisation", "group-commit")
                        .counter()
                        .count())
                .isEqualTo(5);
    }

    @Test
    void standsInTheDocumentation() throws IOException {
        metrics.watchInDoubt(CommitProtocol.TCC, () -> 0);
        var page = Files.readString(Path.of("../docs/protocols/metrics.md"));

        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .filteredOn(id -> id.getName().startsWith("covenant.transactions."))
                .allSatisfy(id -> {
                    assertThat(page).contains("`" + id.getName() + "`");
                    var optimisation = id.getTag("optimisation");
                    if (optimisation != null) {
                        assertThat(page).contains("`" + optimisation + "`");
                    }
                });
    }
}
