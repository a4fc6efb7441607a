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

    private static final long NOW = 5;

    private final Service service = new Service("orders", THREE);

    @Test
    void takesItsInstancesInTurn() {
        assertThat(IntStream.range(0, 6).mapToObj(_ -> service.next(List.of(), NOW)))
                .containsExactly(THREE.get(0), THREE.get(1), THREE.get(2), THREE.get(0), THREE.get(1), THREE.get(2));
    }

    @Test
    void sharesExactlyAlsoAmongManyThreads() {
        var counts = new ConcurrentHashMap<Instance, LongAdder>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (int t = 0; t < 16; t++) {
                threads.execute(() -> {
                    for (int i = 0; i < 30_000; i++) {
                        var instance = service.next(List.of(), NOW);
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
        assertThat(service.next(List.of(THREE.get(0), THREE.get(2)), NOW)).isEqualTo(THREE.get(1));
        assertThat(service.next(THREE, NOW)).isNull();
    }

    @Test
    void leavesOutThoseThatAreAwayAndSharesAmongTheRest() {
        var away = new Instance(URI.create("http://away"));
        assertThat(away.left()).isTrue();
        assertThat(away.left()).isFalse();
        var mixed = new Service("orders", List.of(THREE.get(0), away, THREE.get(1)));

        assertThat(IntStream.range(0, 4).mapToObj(_ -> mixed.next(List.of(), NOW)))
                .containsExactly(THREE.get(0), THREE.get(1), THREE.get(0), THREE.get(1));

        away.returned();
        assertThat(IntStream.range(0, 3).mapToObj(_ -> mixed.next(List.of(), NOW)))
                .contains(away);
    }

    @Test
    void triesThoseThatAreAwayWhenNoOtherIsLeft() {
        var away = new Instance(URI.create("http://away"));
        away.left();

        assertThat(new Service("orders", List.of(away)).next(List.of(), NOW)).isEqualTo(away);
        assertThat(new Service("orders", List.of(away, THREE.get(0))).next(List.of(THREE.get(0)), NOW))
                .isEqualTo(away);
    }

    @Test
    void passesOverTheSilentWhileOthersAnswer() {
        var silent = new Instance(URI.create("http://silent"));
        var mixed = new Service("orders", List.of(silent, THREE.get(0)));
        silent.asked(NOW);
        long later = NOW + 1_000_000_001L;

        assertThat(IntStream.range(0, 4).mapToObj(_ -> mixed.next(List.of(), NOW + 1_000_000_000L)))
                .contains(silent);
        assertThat(IntStream.range(0, 4).mapToObj(_ -> mixed.next(List.of(), later)))
                .containsOnly(THREE.get(0));
        assertThat(mixed.next(List.of(THREE.get(0)), later)).isEqualTo(silent);

        silent.answered(later);
        assertThat(IntStream.range(0, 4).mapToObj(_ -> mixed.next(List.of(), later + 2_000_000_000L)))
                .contains(silent);
    }

    @Test
    void asksTheSilentAgainWhenNobodyWaitsForThemAnyLonger() {
        var silent = new Instance(URI.create("http://silent"));
        silent.asked(NOW);
        silent.asked(NOW + 1);
        silent.givenUp();
        assertThat(silent.isSilent(NOW + 2_000_000_000L)).isTrue();

        silent.givenUp();
        assertThat(silent.isSilent(NOW + 2_000_000_000L)).isFalse();
    }

    @Test
    void hasNobodyToOfferWithoutInstances() {
        assertThat(new Service("orders", List.of()).next(List.of(), NOW)).isNull();
    }

    @Test
    void isGivenOnlyBaseAddresses() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Topology("gateway", Map.of("orders", List.of(URI.create("http://host/path")))))
                .withMessageContaining("covenant.services.orders");
    }
}
