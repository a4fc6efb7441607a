package io.covenant.web.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;

class DatabaseProblemsTests {

    private final DatabaseProblems problems = new DatabaseProblems();

    @ParameterizedTest
    @ValueSource(strings = {"08006", "57P01", "53300"})
    void knowsALostDatabaseByItsState(String state) {
        assertUnavailable(new SQLException("lost", state));
    }

    @Test
    void knowsAConnectionThatThePoolTookAwayBecauseItHadBroken() {
        assertUnavailable(new SQLException("Connection is closed"));
    }

    @Test
    void leavesOtherFailuresToOthers() {
        assertThat(problems.problemFor(new SQLException("relation does not exist", "42P01")))
                .isEmpty();
        assertThat(problems.problemFor(new SQLException("anything"))).isEmpty();
    }

    private void assertUnavailable(SQLException failure) {
        assertThat(problems.problemFor(new IllegalStateException("outer", failure)))
                .get()
                .satisfies(problem -> {
                    assertThat(problem.status()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
                    assertThat(problem.code()).isEqualTo("database-unavailable");
                });
    }
}
