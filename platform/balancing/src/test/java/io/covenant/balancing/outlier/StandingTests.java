package io.covenant.balancing.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.balancing.outlier.Standing.Admitted;
import io.covenant.balancing.outlier.Standing.Ejected;
import io.covenant.balancing.outlier.Standing.OnTrial;
import org.junit.jupiter.api.Test;

class StandingTests {

    private static final OutlierRules RULES = OutlierRules.DEFAULTS;
    private static final long SECOND = 1_000_000_000L;

    @Test
    void goesFromAdmittedOverEjectedAndTrialBackToAdmitted() {
        Standing standing = Standing.clean().ejected(Reason.GATEWAY_ERRORS, 0, RULES);
        assertThat(standing).isEqualTo(new Ejected(1, Reason.GATEWAY_ERRORS, 0, 5 * SECOND));
        assertThat(standing.at(5 * SECOND - 1, RULES)).isEqualTo(standing);
        standing = standing.at(5 * SECOND, RULES);
        assertThat(standing).isEqualTo(new OnTrial(1, Reason.GATEWAY_ERRORS));
        assertThat(standing.ended(true, 6 * SECOND, RULES)).isEqualTo(new Admitted(1, 6 * SECOND));
    }

    @Test
    void staysAwayLongerEachTimeUntilTheLongest() {
        Standing standing = Standing.clean();
        for (int times = 1; times <= 100; times++) {
            var ejected = standing.ejected(Reason.GATEWAY_ERRORS, 0, RULES);
            assertThat(ejected.until()).isEqualTo(Math.min(5L * times, 300) * SECOND);
            standing = ejected.at(ejected.until(), RULES);
        }
    }

    @Test
    void isEjectedAgainWhenTheTrialGoesBadly() {
        assertThat(new OnTrial(1, Reason.SILENCE).ended(false, 0, RULES))
                .isEqualTo(new Ejected(2, Reason.PROBE_FAILED, 0, 10 * SECOND));
    }

    @Test
    void forgetsAnEjectionForEachBaseTimeOfGoodConduct() {
        assertThat(new Admitted(2, 0).at(5 * SECOND, RULES)).isEqualTo(new Admitted(1, 5 * SECOND));
        assertThat(new Admitted(1, 5 * SECOND).at(9 * SECOND, RULES)).isEqualTo(new Admitted(1, 5 * SECOND));
        assertThat(Standing.clean().at(100 * SECOND, RULES)).isEqualTo(Standing.clean());
    }

    @Test
    void comesEarlyOnTrialWhenASilentOneAnswers() {
        assertThat(new Ejected(1, Reason.SILENCE, 0, SECOND).ended(true, 1, RULES))
                .isEqualTo(new OnTrial(1, Reason.SILENCE));
        var failing = new Ejected(1, Reason.GATEWAY_ERRORS, 0, SECOND);
        assertThat(failing.ended(true, 1, RULES)).isEqualTo(failing);
    }

    @Test
    void neverEjectsTheOnlyOneNorMoreThanTheLargestShare() {
        assertThat(RULES.mostEjected(1)).isZero();
        assertThat(RULES.mostEjected(2)).isEqualTo(1);
        assertThat(RULES.mostEjected(3)).isEqualTo(1);
        assertThat(RULES.mostEjected(10)).isEqualTo(5);
        assertThat(OutlierRules.NONE.mostEjected(10)).isZero();
    }

    @Test
    void panicsBelowHalf() {
        assertThat(RULES.panics(5, 10)).isFalse();
        assertThat(RULES.panics(4, 10)).isTrue();
        assertThat(RULES.panics(0, 1)).isTrue();
    }
}
