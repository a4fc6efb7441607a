package io.covenant.web.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class CourierTests {

    private final Queue<Runnable> workers = new ArrayDeque<>();
    private final List<List<String>> delivered = new ArrayList<>();
    private final Courier<String> courier = new Courier<>(1, 3, 5, workers::add, delivered::add);

    @Test
    void carriesALoneParcelAtOnce() {
        courier.send("a");
        work();

        assertThat(delivered).containsExactly(List.of("a"));
    }

    @Test
    void carriesTogetherWhatComesWhileItIsUnderWay() {
        courier.send("a");
        courier.send("b");
        courier.send("c");
        courier.send("d");
        work();
        courier.send("e");
        work();

        assertThat(delivered).containsExactly(List.of("a", "b", "c"), List.of("d"), List.of("e"));
    }

    @Test
    void dropsTheOldestWhenTooMuchWaits() {
        for (var parcel : List.of("a", "b", "c", "d", "e", "f", "g")) {
            courier.send(parcel);
        }
        work();

        assertThat(delivered).containsExactly(List.of("c", "d", "e"), List.of("f", "g"));
    }

    private void work() {
        for (var task = workers.poll(); task != null; task = workers.poll()) {
            task.run();
        }
    }
}
