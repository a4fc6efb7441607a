package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NetworkTests {

    private record Arrival(Object message, Duration at) {}

    private final World world = World.seeded(7);
    private final List<Arrival> arrived = new ArrayList<>();
    private final Node sender = world.node("sender", _ -> (_, _) -> {});

    NetworkTests() {
        world.node("receiver", _ -> (_, message) -> arrived.add(new Arrival(message, world.elapsed())));
    }

    @Test
    void bringsEverythingOnceWhenItIsGood() {
        send(1_000);

        assertThat(messages()).containsExactlyInAnyOrderElementsOf(numbers(1_000));
        assertThat(times()).allMatch(at -> at.compareTo(Duration.ofMillis(1)) <= 0);
    }

    @Test
    void letsMessagesOvertakeEachOther() {
        send(100);

        assertThat(messages()).isNotEqualTo(numbers(100));
    }

    @Test
    void takesItsTimeWithinItsBounds() {
        world.network().delay(Duration.ofMillis(20), Duration.ofMillis(30));

        send(1_000);

        assertThat(Collections.min(times())).isBetween(Duration.ofMillis(20), Duration.ofMillis(21));
        assertThat(Collections.max(times())).isBetween(Duration.ofMillis(29), Duration.ofMillis(30));
    }

    @Test
    void keepsTheOrderWhereAllTakeTheSameTime() {
        world.network().delay(Duration.ofMillis(5), Duration.ofMillis(5));

        send(100);

        assertThat(messages()).isEqualTo(numbers(100));
    }

    @Test
    void letsSomeStraggle() {
        world.network().stragglers(0.1, Duration.ofSeconds(10));

        send(1_000);

        assertThat(times())
                .filteredOn(at -> at.compareTo(Duration.ofMillis(1)) > 0)
                .hasSizeBetween(70, 130);
        assertThat(Collections.max(times())).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10));
    }

    @Test
    void losesItsShare() {
        world.network().loss(0.2);

        send(1_000);

        assertThat(arrived.size()).isCloseTo(800, within(50));
        assertThat(messages()).doesNotHaveDuplicates();
    }

    @Test
    void doublesItsShareAndMakesNoMoreOfIt() {
        world.network().duplication(0.2);

        send(1_000);

        assertThat(arrived.size()).isCloseTo(1_200, within(50));
        assertThat(numbers(1_000)).allMatch(number -> Collections.frequency(messages(), number) <= 2);
    }

    @Test
    void doublesOnlyWhatMayBeDoubled() {
        world.network().duplication(1).doublesOnly(message -> (Integer) message % 2 == 0);

        send(10);

        assertThat(messages()).containsExactlyInAnyOrder(0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9);
    }

    @Test
    void cutsOneWayOnly() {
        var answers = new ArrayList<Object>();
        var other = World.seeded(1);
        var a = other.node("a", _ -> (_, message) -> answers.add(message));
        var b = other.node("b", _ -> (_, message) -> answers.add(message));
        other.network().cut("a", "b");

        a.send("b", "there");
        b.send("a", "back");
        other.untilQuiet(Duration.ofSeconds(1));

        assertThat(answers).containsExactly("back");
    }

    @Test
    void losesAcrossACutWhatArrivesDuringIt() {
        world.network().delay(Duration.ofMillis(10), Duration.ofMillis(10));
        world.in(Duration.ofMillis(5), () -> world.network().cut("sender", "receiver"));
        world.in(Duration.ofMillis(15), () -> world.network().heal("sender", "receiver"));

        sender.send("receiver", "caught by the cut");
        world.in(Duration.ofMillis(6), () -> sender.send("receiver", "sent during the cut"));
        world.untilQuiet(Duration.ofSeconds(1));

        assertThat(messages()).containsExactly("sent during the cut");
    }

    @Test
    void behavesFromThenOn() {
        var network = world.network().loss(1).duplication(1).stragglers(1, Duration.ofSeconds(10));
        network.cut("sender", "receiver");
        network.behave();

        send(100);

        assertThat(messages()).containsExactlyInAnyOrderElementsOf(numbers(100));
        assertThat(times()).allMatch(at -> at.compareTo(Duration.ofMillis(1)) <= 0);
    }

    private void send(int count) {
        numbers(count).forEach(number -> sender.send("receiver", number));
        world.untilQuiet(Duration.ofMinutes(1));
    }

    private static List<Object> numbers(int count) {
        return IntStream.range(0, count).<Object>mapToObj(number -> number).toList();
    }

    private List<Object> messages() {
        return arrived.stream().map(Arrival::message).toList();
    }

    private List<Duration> times() {
        return arrived.stream().map(Arrival::at).toList();
    }
}
