package io.covenant.web.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@RealPostgres
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class DatabaseWaitTests {

    private final TestDatabase database;

    DatabaseWaitTests(TestDatabase database) {
        this.database = database;
    }

    private DatabaseWait waiting(Duration patience) {
        return new DatabaseWait(database.jdbcUrl() + "?password=secret", patience);
    }

    @Test
    void saysNothingWhenTheDatabaseAnswers(CapturedOutput output) {
        waiting(Duration.ZERO).await(database.runtime());

        assertThat(output).doesNotContain(database.name());
    }

    @Test
    void waitsForADatabaseThatComesLateAndSaysSo(CapturedOutput output) throws InterruptedException {
        var starting = Thread.ofPlatform()
                .unstarted(() -> waiting(Duration.ofSeconds(40)).await(database.owner()));
        database.postgres().stopImmediately();
        try {
            starting.start();
            await().until(() -> output.getOut().contains("does not answer"));
            // By which Spring knows that a SIGTERM need not wait for the start.
            await().until(() -> starting.getState() == Thread.State.WAITING);
        } finally {
            database.postgres().start();
        }
        starting.join();

        assertThat(output)
                .contains(database.jdbcUrl() + " does not answer; waiting for it, ")
                .contains("Start the PostgreSQL server there, or correct SPRING_DATASOURCE_URL.")
                .contains(database.jdbcUrl() + " answers after ")
                .doesNotContain("secret");
    }

    @Test
    void givesUpWhenItsPatienceIsOver() {
        database.postgres().stopImmediately();
        try {
            assertThatExceptionOfType(DatabaseAwayException.class)
                    .isThrownBy(() -> waiting(Duration.ofMillis(300)).await(database.owner()))
                    .withMessageContaining(database.jdbcUrl() + " has not answered for ")
                    .satisfies(away -> assertThat(new DatabaseAwayAnalyzer().analyze(new IllegalStateException(away)))
                            .extracting(FailureAnalysis::getAction)
                            .isEqualTo(away.fix()));
        } finally {
            database.postgres().start();
        }
    }

    @Test
    void leavesARefusalToFlyway() {
        var stranger = new PGSimpleDataSource();
        stranger.setUrl(database.jdbcUrl());
        stranger.setUser(database.runtimeUsername());
        stranger.setPassword("wrong");

        waiting(Duration.ofSeconds(40)).await(stranger);
    }

    @Test
    void waitsForAMinuteUnlessTold() {
        var nothing = new Binder(new MapConfigurationPropertySource(Map.of()));

        assertThat(nothing.bindOrCreate("covenant.database", DatabaseProperties.class))
                .isEqualTo(new DatabaseProperties(Duration.ofMinutes(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new DatabaseProperties(Duration.ofSeconds(-1)));
    }
}
