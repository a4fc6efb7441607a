package io.covenant.coordinator.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Time passes only when a test says so, and what is told is told at once.
class CallsTests {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMillis(800);

    private static final TransactionId TRANSACTION = new TransactionId(UUID.randomUUID());

    private final ModelParticipants services = new ModelParticipants("orders", "inventory");
    private final AtomicInteger confirmed = new AtomicInteger();
    private long now;
    private final Calls calls = new Calls(
            services, Runnable::run, Set::of, new Silences(FIRST, LONGEST, pause -> pause, () -> now), 2, 200);

    @Test
    void doesNotHammerAServiceThatIsAwayForHours() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("connection refused"));

        // Three hours, in which one of hundred transactions tries again every 10 ms.
        for (int attempt = 0; attempt < 3 * 360_000; attempt++) {
            tell("orders");
            pass(Duration.ofMillis(10));
        }

        assertThat(services.calls("finish")).isBetween(3L * 3600, 3L * 3_600_000 / LONGEST.toMillis() + 3);
        assertThat(confirmed).hasValue(0);
    }

    @Test
    void goesOnWhenItIsBack() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("connection refused"));
        tell("orders");
        services.onFinishRequest(_ -> null);

        tell("orders");
        assertThat(confirmed).as("it is left in peace").hasValue(0);
        pass(FIRST);
        tell("orders");
        tell("orders");

        assertThat(confirmed).hasValue(2);
    }

    @Test
    void goesOnAtOnceWhenSomebodyWantsItTo() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("connection refused"));
        tell("orders");
        services.onFinishRequest(_ -> null);

        calls.tryNow("orders");
        tell("orders");

        assertThat(confirmed).hasValue(1);
    }

    @Test
    void keepsServicesApart() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("connection refused"));
        tell("orders");
        services.onFinishRequest(_ -> null);

        tell("inventory");

        assertThat(confirmed).hasValue(1);
    }

    private void tell(String service) {
        var branch = new BranchId(TRANSACTION, new Attempt(1), service);
        calls.tell(service, branch, Decision.COMMIT, answer -> {
            if (answer != null) {
                confirmed.incrementAndGet();
            }
        });
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
