package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServiceTests {

    private static final List<Instance> THREE = IntStream.rangeClosed(1, 3)
            .mapToObj(n -> new Instance(URI.create("http://host-" + n + ":80")))
            .toList();

    private final Service service = new Service("orders", THREE);

    @Test
    void takesItsInstancesInTurn() {
        assertThat(IntStream.range(0, 6).mapToObj(_ -> service.next(List.of())))
                .containsExactly(THREE.get(0), THREE.get(1), THREE.get(2), THREE.get(0), THREE.get(1), THREE.get(2));
    }

    @Test
    void sharesExactlyAlsoAmongManyThreads() {
        var counts = new ConcurrentHashMap<Instance, LongAdder>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (int t = 0; t < 16; t++) {
                threads.execute(() -> {
                    for (int i = 0; i < 30_000; i++) {
                        var instance = service.next(List.of());
                        if (instance != null) {
                            counts.computeIfAbsent(instance, _ -> new LongAdder())
                                    .increment();
                        }
                    }
                });
            }
        }
        assertThat(counts.values())
                .hasSize(3)
                .allSatisfy(count -> assertThat(count.sum()).isEqualTo(160_000));
    }

    @Test
    void neverOffersTheSameInstanceTwiceForOneRequest() {
        assertThat(service.next(List.of(THREE.get(0), THREE.get(2)))).isEqualTo(THREE.get(1));
        assertThat(service.next(THREE)).isNull();
    }

    @Test
    void leavesOutThoseThatAreAwayAndSharesAmongTheRest() {
        var away = new Instance(URI.create("http://away"));
        assertThat(away.left()).isTrue();
        assertThat(away.left()).isFalse();
        var mixed = new Service("orders", List.of(THREE.get(0), away, THREE.get(1)));

        assertThat(IntStream.range(0, 4).mapToObj(_ -> mixed.next(List.of())))
                .containsExactly(THREE.get(0), THREE.get(1), THREE.get(0), THREE.get(1));

        away.returned();
        assertThat(IntStream.range(0, 3).mapToObj(_ -> mixed.next(List.of()))).contains(away);
    }

    @Test
    void triesThoseThatAreAwayWhenNoOtherIsLeft() {
        var away = new Instance(URI.create("http://away"));
        away.left();

        assertThat(new Service("orders", List.of(away)).next(List.of())).isEqualTo(away);
        assertThat(new Service("orders", List.of(away, THREE.get(0))).next(List.of(THREE.get(0))))
                .isEqualTo(away);
    }

    @Test
    void hasNobodyToOfferWithoutInstances() {
        assertThat(new Service("orders", List.of()).next(List.of())).isNull();
    }

    @Test
    void isGivenOnlyBaseAddresses() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Topology("gateway", Map.of("orders", List.of(URI.create("http://host/path")))))
                .withMessageContaining("covenant.services.orders");
    }
}
