package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TableTests {

    /// Few enough hash codes that keys collide, entirely or in their first bits.
    private record Key(int number) implements Comparable<Key> {
        @Override
        public int hashCode() {
            return number % 7 == 0 ? 42 : number % 50;
        }

        @Override
        public int compareTo(Key other) {
            return Integer.compare(number, other.number);
        }
    }

    private record Fork(Table<Key, Integer> table, Map<Key, Integer> expected) {}

    @Seeds(500)
    void holdsWhatAMapHoldsAndSoDoItsForks(long seed) {
        var dice = new SplittableRandom(seed);
        var table = new Table<Key, Integer>();
        var expected = new TreeMap<Key, Integer>();
        var forks = new ArrayList<Fork>();
        for (int i = 0; i < 400; i++) {
            var key = new Key(dice.nextInt(100));
            if (dice.nextInt(3) == 0) {
                table.remove(key);
                expected.remove(key);
            } else {
                table.put(key, i);
                expected.put(key, i);
            }
            assertThat(table.get(key)).isEqualTo(expected.get(key));
            if (dice.nextInt(60) == 0) {
                forks.add(new Fork(table.fork(), Map.copyOf(expected)));
            }
        }
        forks.add(new Fork(table, expected));
        for (var fork : forks) {
            requireEqual(fork);
        }
    }

    private static void requireEqual(Fork fork) {
        assertThat(fork.table().size()).isEqualTo(fork.expected().size());
        assertThat(fork.table().sorted(Comparator.naturalOrder()))
                .isEqualTo(fork.expected().values().stream().sorted().toList());
        fork.expected()
                .forEach((key, value) -> assertThat(fork.table().get(key)).isEqualTo(value));
    }

    @Test
    void changesNothingOnTheOtherSideOfAFork() {
        var table = new Table<String, Integer>();
        table.put("a", 1);
        var fork = table.fork();
        table.put("a", 2);
        fork.put("b", 3);

        assertThat(fork.get("a")).isEqualTo(1);
        assertThat(table.get("b")).isNull();
        assertThat(List.of(table.size(), fork.size())).containsExactly(1, 2);
    }
}
