package io.covenant.balancing;

import static io.covenant.balancing.Town.MILLISECOND;
import static io.covenant.balancing.Town.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CallTests {

    private final Town town = new Town(1);
    private final Picker picker = town.picker(new Policy.LeastLoaded());

    @Test
    void staysInFlightForAsLongAsItsBodyAndIsAsSlowAsItsHead() {
        var call = call();
        call.answered(town.now + 3 * MILLISECOND);
        town.now += 10 * SECOND;
        assertThat(inFlight()).isEqualTo(1);
        assertThat(call.end(Outcome.SUCCESS, town.now)).isTrue();
        assertThat(inFlight()).isZero();
        assertThat(town.upstream
                        .view(town.now - 10 * SECOND)
                        .instances()
                        .getFirst()
                        .latency())
                .isEqualTo(Duration.ofMillis(3));
    }

    @Test
    void endsOnce() {
        var call = call();
        assertThat(call.end(Outcome.CANCELLED, town.now)).isTrue();
        assertThat(call.end(Outcome.SUCCESS, town.now)).isFalse();
        call.answered(town.now);
        assertThat(inFlight()).isZero();
        assertThat(town.upstream.view(town.now).instances().getFirst().outcomes())
                .containsEntry("CANCELLED", 1L)
                .containsEntry("SUCCESS", 0L);
    }

    @Test
    void countsNobodyTwiceInAStormOfCancels() throws InterruptedException {
        PickerTests.threads(16, () -> {
            for (int i = 0; i < 10_000; i++) {
                var call = call();
                call.answered(town.now);
                call.end(Outcome.CANCELLED, town.now);
                call.end(Outcome.SUCCESS, town.now);
            }
        });
        assertThat(inFlight()).isZero();
        assertThat(town.upstream.inFlight()).isZero();
    }

    @Test
    void turnsStatusesIntoOutcomes() {
        assertThat(Outcome.ofStatus(404)).isEqualTo(Outcome.SUCCESS);
        assertThat(Outcome.ofStatus(429)).isEqualTo(Outcome.OVERLOADED);
        assertThat(Outcome.ofStatus(500)).isEqualTo(Outcome.SERVER_ERROR);
        assertThat(Outcome.ofStatus(503)).isEqualTo(Outcome.GATEWAY_ERROR);
    }

    private Call call() {
        return Objects.requireNonNull(picker.call(Criteria.ANY, town.now));
    }

    private int inFlight() {
        return town.upstream.view(town.now).inFlight();
    }
}
