package io.covenant.balancing.hashing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.covenant.balancing.chance.ChiSquare;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RendezvousTests {

    private final long[] seeds = Keys.seeds(10);

    @Test
    void spreadsKeysEvenly() {
        var rendezvous = new Rendezvous(seeds, Keys.even(10));
        assertThat(Keys.maxToMean(Keys.count(10, rendezvous::winner))).isLessThanOrEqualTo(1.01);
    }

    @Test
    void movesNoKeyNeedlesslyWhicheverInstanceLeavesOrJoins() {
        var ten = new Rendezvous(seeds, Keys.even(10));
        for (int gone = 0; gone < 10; gone++) {
            var nine = new Rendezvous(Keys.without(seeds, gone), Keys.even(9));
            assertThat(Keys.needless(gone, ten::winner, nine::winner)).isZero();
        }
    }

    @Test
    void spreadsKeysByWeight() {
        var weights = new long[] {1, 2, 3, 4, 100, 5, 6, 7, 8, 1_000};
        var rendezvous = new Rendezvous(seeds, weights);
        ChiSquare.assertFits(Keys.count(10, rendezvous::winner), weights);
    }

    @Test
    void movesKeysOnlyToTheInstanceWhoseWeightGrew() {
        var before = new Rendezvous(seeds, Keys.even(10));
        var heavier = Keys.even(10);
        heavier[3] = 2;
        var after = new Rendezvous(seeds, heavier);
        int moved = 0;
        for (int i = 0; i < Keys.COUNT; i++) {
            int was = before.winner(Keys.key(i));
            int is = after.winner(Keys.key(i));
            assertThat(is == was || is == 3).isTrue();
            moved += is == was ? 0 : 1;
        }
        // From 1 of 10 parts to 2 of 11.
        assertThat(moved / (double) Keys.COUNT).isBetween(0.080, 0.084);
    }

    @Test
    void bidsLowestForItsOwnKeys() {
        for (var weights : new long[][] {Keys.even(10), {1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000_000}}) {
            var rendezvous = new Rendezvous(seeds, weights);
            for (int i = 0; i < 10_000; i++) {
                long key = Keys.key(i);
                double best = rendezvous.bid(rendezvous.winner(key), key);
                for (int other = 0; other < 10; other++) {
                    assertThat(rendezvous.bid(other, key)).isGreaterThanOrEqualTo(best);
                }
            }
        }
    }

    @Test
    void choosesAsTheWholeFormulaDoes() {
        var random = new SplittableRandom(4711);
        for (int world = 0; world < 1_000; world++) {
            var others = random.longs(1 + random.nextInt(64)).toArray();
            long most = 1L << random.nextInt(1, 40);
            var weights = random.longs(others.length, 1, most + 1).toArray();
            var rendezvous = new Rendezvous(others, weights);
            for (int i = 0; i < 1_000; i++) {
                long key = random.nextLong();
                int first = 0;
                for (int other = 1; other < others.length; other++) {
                    first = rendezvous.bid(other, key) < rendezvous.bid(first, key) ? other : first;
                }
                assertThat(rendezvous.winner(key)).isEqualTo(first);
            }
        }
    }

    @Test
    void findsNoTimeEarlierThanItsFloor() {
        var random = new SplittableRandom(4711);
        for (int i = 0; i < 10_000_000; i++) {
            long bits = random.nextLong() >>> random.nextInt(64);
            assertFloor(bits);
            assertFloor(~bits);
        }
        for (long few = 0; few < 1_000_000; few++) {
            assertFloor(few << 11);
            assertFloor(~(few << 11));
        }
    }

    private static void assertFloor(long bits) {
        if (BinaryLog.floorOfBelow1(bits) > BinaryLog.below1(bits)) {
            throw new AssertionError("%x".formatted(bits));
        }
    }

    @Test
    void takesLogarithmsWell() {
        for (int i = 0; i < 100_000; i++) {
            long bits = Keys.key(i);
            double fraction = ((bits >>> 11) | 1) * 0x1.0p-53;
            double exact = -StrictMath.log(fraction) / StrictMath.log(2);
            assertThat(BinaryLog.below1(bits)).isPositive().isCloseTo(exact, within(2e-7));
        }
        assertThat(BinaryLog.below1(0)).isEqualTo(53);
        assertThat(BinaryLog.below1(-1)).isPositive().isLessThan(1e-9);
    }

    /// What the checks above are for.
    @Test
    void theCheckFindsKeysThatMoveNeedlessly() {
        double moved = Keys.needless(
                3, key -> (int) Long.remainderUnsigned(key, 10), key -> (int) Long.remainderUnsigned(key, 9));
        assertThat(moved).isGreaterThan(0.75);
    }
}
