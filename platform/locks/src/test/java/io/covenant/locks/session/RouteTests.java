package io.covenant.locks.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RouteTests {

    private static final List<String> NODES = List.of("a", "b", "c");

    private final Route route = new Route(SessionSettings.of("", NODES, 10_000, 7), new Lots(7));

    @Test
    void asksEveryNodeAtOnceAndThenLessAndLess() {
        for (int failures = 1; failures < 4; failures++) {
            assertThat(route.pauseMillis(failures)).isLessThan(10);
        }
        assertThat(route.pauseMillis(4)).isBetween(25L, 50L);
        assertThat(route.pauseMillis(16)).isBetween(200L, 400L);
        assertThat(route.pauseMillis(400)).isBetween(500L, 1_000L);
    }

    @Test
    void doesNotSleepThroughAnElectionThatItHearsOf() {
        for (int failures = 4; failures < 40; failures += 4) {
            assertThat(route.pauseMillis(failures, 50)).isBetween(50L, 63L);
            route.failed("a");
            assertThat(route.pauseMillis(failures + 1)).isLessThanOrEqualTo(100);
            route.pointedTo("a");
            route.failed("a");
            assertThat(route.pauseMillis(failures + 2)).isLessThanOrEqualTo(100);
        }
    }

    @Test
    void asksTheOthersWhenTwoNameEachOther() {
        Set<String> asked = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            asked.add(route.next());
            route.pointedTo(route.next().equals("a") ? "b" : "a");
        }

        assertThat(asked).contains("c");
    }

    @Test
    void followsAgainOnceSomebodyServed() {
        for (int i = 0; i < 3; i++) {
            route.pointedTo("b");
        }
        route.served("b", 1);

        route.pointedTo("c");

        assertThat(route.next()).isEqualTo("c");
    }

    @Test
    void sleepsLongerOnceNobodyAnswers() {
        route.pointedTo("a");
        long last = 0;
        for (int failures = 30; failures < 34; failures++) {
            last = route.pauseMillis(failures);
        }
        assertThat(last).isGreaterThan(400);
    }
}
