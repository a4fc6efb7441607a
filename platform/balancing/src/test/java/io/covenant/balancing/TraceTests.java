package io.covenant.balancing;

import static io.covenant.balancing.Town.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.balancing.view.Considered;
import io.covenant.balancing.view.Decision;
import org.junit.jupiter.api.Test;

class TraceTests {

    @Test
    void saysWhyThisOneAndWhyNotTheOthers() {
        var town = new Town(Town.cluster(6).weighing(id(0), 0).draining(id(1), true));
        var picker = town.picker(new Policy.RoundRobin());
        town.sendTo(2, 5, Outcome.UNREACHABLE);
        var decision = decide(town, picker, Criteria.ANY.without(id(3)).stickingTo(id(4)));
        assertThat(decision.policy()).isEqualTo("round-robin");
        assertThat(decision.picked()).isEqualTo(id(4));
        assertThat(decision.because()).containsExactly("the client sticks to it");
        assertThat(decision.considered())
                .extracting(Considered::verdict)
                .containsExactly(
                        "weight 0",
                        "draining",
                        "ejected: cannot be reached, several times in a row",
                        "tried before",
                        "picked",
                        "not picked");
    }

    @Test
    void tellsTheCostsOfBoth() {
        var town = new Town(2);
        var picker = town.picker(new Policy.LeastLoaded());
        var held = town.pick(picker, Criteria.ANY);
        var other = held.id().equals(id(0)) ? id(1) : id(0);
        var decision = decide(town, picker, Criteria.ANY);
        assertThat(decision.picked()).isEqualTo(other);
        assertThat(decision.because())
                .containsExactly("costs 0.00000, and " + held.id() + ", drawn beside it, 1.00000");
    }

    @Test
    void tellsOfTheBoundThatAKeyMetAndOfPanic() {
        var town = new Town(3);
        var picker = town.picker(new Policy.ConsistentHash());
        var key = Criteria.ANY.key("customer-1");
        var owner = town.pick(picker, key).id();
        assertThat(decide(town, picker, key).because())
                .containsExactly("the key's own", "passing over " + owner + ", at its bound of 1");
        for (int number = 0; number < 2; number++) {
            for (int probe = 0; probe < 3; probe++) {
                town.upstream.probed(id(number), false, town.now);
            }
        }
        assertThat(decide(town, picker, key).because()).first().isEqualTo("too few are available, so all are used");
    }

    @Test
    void tellsOfZones() {
        var town = new Town(
                Cluster.of("orders", Town.instance(0).in("a"), Town.instance(1).in("b")));
        var picker = town.upstream.picker(Selection.by(new Policy.Random()).preferring(ZonePreference.of("a")));
        assertThat(decide(town, picker, Criteria.ANY).because())
                .containsExactly("in zone a, where 100 % of the requests go", "drawn by lot");
    }

    @Test
    void saysThatNobodyWasLeft() {
        var town = new Town(0);
        assertThat(decide(town, town.picker(new Policy.Random()), Criteria.ANY).because())
                .containsExactly("nobody is left to ask");
        assertThatThrownBy(() -> new Trace().decision()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void picksAsWithoutATrace() {
        for (var policy : Policy.all()) {
            var traced = new Town(5);
            var plain = new Town(5);
            var tracedPicker = traced.picker(policy);
            var plainPicker = plain.picker(policy);
            for (int i = 0; i < 200; i++) {
                assertThat(decide(traced, tracedPicker, Criteria.ANY).picked())
                        .isEqualTo(plain.pick(plainPicker, Criteria.ANY).id());
            }
        }
    }

    private static Decision decide(Town town, Picker picker, Criteria criteria) {
        var trace = new Trace();
        picker.pick(criteria, town.now, trace);
        return trace.decision();
    }
}
