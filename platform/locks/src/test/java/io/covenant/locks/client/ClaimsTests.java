package io.covenant.locks.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.locks.session.Operation;
import io.covenant.locks.wire.Grant;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.Want;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClaimsTests {

    private final Claims claims = new Claims();

    @Test
    void opposesWhatAnotherStrandWaitsFor() {
        claims.begin(acquire(1, Want.exclusive("a")));

        assertThat(claims.oppose(acquire(2, Want.exclusive("a")))).isTrue();
        assertThat(claims.oppose(acquire(2, Want.exclusive("b")))).isFalse();
        assertThat(claims.oppose(acquire(2, Want.exclusive("b"), Want.exclusive("a"))))
                .isTrue();

        claims.end(acquire(1, Want.exclusive("a")));

        assertThat(claims.oppose(acquire(2, Want.exclusive("a")))).isFalse();
    }

    @Test
    void opposesWhatAnotherStrandHoldsUntilItIsGivenBack() {
        var grants = List.of(new Grant("a", LockMode.LEADER, 7, "v1", 1));
        claims.hold(1, grants);

        assertThat(claims.oppose(acquire(2, Want.leadership("a")))).isTrue();

        claims.giveBack(1, grants);

        assertThat(claims.oppose(acquire(2, Want.leadership("a")))).isFalse();
    }

    @Test
    void doesNotOpposeAStrandByWhatItHasItself() {
        claims.begin(acquire(1, Want.exclusive("a")));
        claims.hold(1, List.of(new Grant("a", LockMode.EXCLUSIVE, 7, "v1", 1)));

        assertThat(claims.oppose(acquire(1, Want.exclusive("a")))).isFalse();
    }

    @Test
    void letsThoseShareWhoShare() {
        claims.begin(acquire(1, Want.shared("a")));
        claims.begin(acquire(1, Want.permits("p", 1, 3)));

        assertThat(claims.oppose(acquire(2, Want.shared("a")))).isFalse();
        assertThat(claims.oppose(acquire(2, Want.permits("p", 1, 3)))).isFalse();
        assertThat(claims.oppose(acquire(2, Want.exclusive("a")))).isTrue();

        claims.begin(acquire(3, Want.exclusive("a")));

        assertThat(claims.oppose(acquire(2, Want.shared("a")))).isTrue();
    }

    private static Operation.Acquire acquire(long strand, Want... wants) {
        return new Operation.Acquire(strand, List.of(wants), Operation.FOREVER, 0, null);
    }
}
