package io.covenant.balancing;

import static io.covenant.balancing.Town.SECOND;
import static io.covenant.balancing.Town.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.balancing.view.InstanceState;
import org.junit.jupiter.api.Test;

class GoneTests {

    private final Town town = new Town(3);
    private final Picker picker = town.picker(new Policy.RoundRobin());

    private boolean leave(int number) {
        var instance = Town.instance(number);
        return town.upstream.gone(instance.id(), instance.address(), town.now);
    }

    private void comeBack(int number) {
        var instance = Town.instance(number);
        town.upstream.returned(instance.id(), instance.address(), town.now);
    }

    @Test
    void getsNothingFromTheFirstRefusalOn() {
        assertThat(leave(0)).isTrue();
        assertThat(leave(0)).as("news").isFalse();

        assertThat(town.send(picker, 400)).containsOnlyKeys(id(1), id(2));
        assertThat(town.changes).containsExactly(new Change.Gone("orders", id(0)));
        var view = town.upstream.view(town.now);
        assertThat(view.instances().getFirst().state()).isEqualTo(InstanceState.GONE);
        assertThat(view.instances().getFirst().shareDue()).isZero();
    }

    @Test
    void isNoReasonToPanicAndGetsNothingInPanic() {
        leave(0);
        leave(1);

        assertThat(town.send(picker, 400)).containsOnlyKeys(id(2));
        assertThat(town.upstream.view(town.now).panic()).isFalse();
    }

    @Test
    void isAskedWhenNobodyElseIsLeft() {
        leave(0);
        leave(1);
        leave(2);

        assertThat(town.send(picker, 400)).hasSize(3);
    }

    @Test
    void growsWhenItReturnsAndIsNotHeldToItsRefusals() {
        leave(0);
        town.sendTo(0, 20, Outcome.UNREACHABLE);
        comeBack(0);

        assertThat(town.send(picker, 400).get(id(0))).isBetween(15, 25);
        town.now += 10 * SECOND;
        assertThat(town.send(picker, 300)).containsEntry(id(0), 100);
        assertThat(town.changes)
                .containsExactly(new Change.Gone("orders", id(0)), new Change.Returned("orders", id(0)));
    }

    @Test
    void saysNothingOfANewcomerOfTheSameName() {
        assertThat(town.upstream.gone(id(0), "http://elsewhere:1", town.now)).isFalse();

        assertThat(town.send(picker, 400)).hasSize(3);
    }
}
