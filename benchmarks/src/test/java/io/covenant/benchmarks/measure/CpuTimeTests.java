package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CpuTimeTests {

    @Test
    void readsTheTimeOfEndedChildrenBehindAnyName() {
        String stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 1 2 3 4 11 12 130 14 20 0 1 0 99 1 2 3";

        assertThat(CpuTime.endedChildrenIn(stat)).isEqualTo(Duration.ofMillis(1_440));
    }

    @Test
    void growsWithTheWorkOfThisProcess() {
        Duration before = CpuTime.of(ProcessHandle.current());
        long end = System.nanoTime() + Duration.ofMillis(100).toNanos();
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }

        assertThat(CpuTime.of(ProcessHandle.current())).isGreaterThan(before);
    }
}
