package io.covenant.balancing;

import static io.covenant.balancing.Town.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.balancing.chance.Chance;
import io.covenant.simulation.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterTests {

    @Test
    void changesIntoAnotherOneWithTheNextVersion() {
        var cluster = Town.cluster(2);
        var next = cluster.weighing(id(0), 7).draining(id(1), true);
        assertThat(next.version()).isEqualTo(cluster.version() + 2);
        assertThat(next.instance(id(0)))
                .hasValueSatisfying(each -> assertThat(each.weight()).isEqualTo(7));
        assertThat(next.isServed()).isTrue();
        assertThat(next.draining(id(0), true).isServed()).isFalse();
        assertThat(cluster.instance(id(0)))
                .hasValueSatisfying(each -> assertThat(each.weight()).isEqualTo(1));
    }

    @Test
    void refusesWhatMakesNoSense() {
        var cluster = Town.cluster(2);
        assertThatThrownBy(() -> cluster.weighing(id(0), -1)).hasMessage("the weight of 0000 is -1, not 0..1000000");
        assertThatThrownBy(() -> cluster.weighing(id(0), 1_000_001)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cluster.weighing("orders-9", 1)).hasMessage("orders has no instance orders-9");
        assertThatThrownBy(() -> Cluster.of("orders", Town.instance(1), Town.instance(1)))
                .hasMessage("orders has two instances of the id 0001");
        var town = new Town(2);
        assertThatThrownBy(() -> town.upstream.update(new Cluster("stock", 1, List.of()), 0))
                .hasMessage("a cluster of stock for orders");
    }

    /// Weights from all over the range, one policy after the other: nobody without weight gets anything,
    /// nothing overflows, and what is exact is exact.
    @Seeds(200)
    void servesAnyWeightsByAnyPolicy(long seed) {
        var chance = Chance.seeded(seed);
        int size = 1 + chance.below(80);
        var cluster = Town.cluster(size);
        for (int i = 0; i < size; i++) {
            cluster = cluster.weighing(id(i), weight(chance));
        }
        var town = new Town(cluster);
        for (var policy : Policy.all()) {
            var picker = town.picker(policy);
            for (int i = 0; i < 300; i++) {
                var member = picker.pick(Criteria.ANY.key(i * 0x9E3779B97F4A7C15L), town.now);
                if (member == null) {
                    assertThat(cluster.isServed()).isFalse();
                } else {
                    assertThat(member.instance().weight()).isPositive();
                    member.ended(Outcome.SUCCESS, 1, town.now);
                }
            }
        }
        double due = town.upstream.view(town.now).instances().stream()
                .mapToDouble(each -> each.shareDue())
                .sum();
        assertThat(due).isBetween(cluster.isServed() ? 0.999999 : 0.0, 1.000001);
    }

    private static int weight(Chance chance) {
        return switch (chance.below(4)) {
            case 0 -> 0;
            case 1 -> 1 + chance.below(10);
            case 2 -> chance.below(1_000_001);
            default -> 1_000_000 - chance.below(3);
        };
    }
}
