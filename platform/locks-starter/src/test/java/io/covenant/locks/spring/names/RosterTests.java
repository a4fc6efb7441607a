package io.covenant.locks.spring.names;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RosterTests {

    private static final long GRACE = 30;

    @Test
    void showsWhatWasSeenLast() {
        var roster = Roster.BLANK.after(found("orders-1", "orders-2"), 1, GRACE).after(found("orders-2"), 2, GRACE);

        assertThat(roster.names()).containsExactly("orders");
        assertThat(roster.instances("orders"))
                .extracting(RegisteredInstance::instance)
                .containsExactly("orders-2");
        assertThat(roster.instances("inventory")).isEmpty();
        assertThat(roster.lastLook()).hasValue(2);
        assertThat(roster.size()).isEqualTo(1);
    }

    @Test
    void knowsNothingBeforeTheFirstLook() {
        assertThat(Roster.BLANK.lastLook()).isEqualTo(OptionalLong.empty());
        assertThat(Roster.BLANK.names()).isEmpty();
    }

    @Test
    void keepsTheLastInstancesOfAServiceThatHasNone() {
        var full = Roster.BLANK.after(found("orders-1", "orders-2"), 0, GRACE);

        var emptied = full.after(found(), 10, GRACE).after(Map.of(), 39, GRACE);
        assertThat(emptied.instances("orders")).hasSize(2);

        assertThat(emptied.after(found(), 40, GRACE).instances("orders")).isEmpty();
    }

    @Test
    void countsTheGraceFromTheLatestTimeThatItBecameEmpty() {
        var again = Roster.BLANK
                .after(found("orders-1"), 0, GRACE)
                .after(found(), 10, GRACE)
                .after(found("orders-2"), 20, GRACE)
                .after(found(), 45, GRACE);

        assertThat(again.instances("orders"))
                .extracting(RegisteredInstance::instance)
                .containsExactly("orders-2");
        assertThat(again.after(found(), 74, GRACE).instances("orders")).hasSize(1);
        assertThat(again.after(found(), 75, GRACE).instances("orders")).isEmpty();
    }

    private static Map<String, List<RegisteredInstance>> found(String... instances) {
        return Map.of(
                "orders",
                Stream.of(instances)
                        .map(name -> new RegisteredInstance(
                                "orders", name, new ServiceRecord(URI.create("http://127.0.0.1:1"), 100, "", name)))
                        .toList());
    }
}
