package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Doors;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.web.database.DatabaseAwayException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/// The whole service, started where something is not as it should be.
@RealPostgres
@ExtendWith(OutputCaptureExtension.class)
@Timeout(240)
class CoordinatorStartTests {

    private final TestDatabase database;

    CoordinatorStartTests(@DatabaseOf("coordinator") TestDatabase database) {
        this.database = database;
    }

    private ConfigurableApplicationContext start(Map<String, Object> more) {
        var properties = new HashMap<String, Object>(database.springProperties());
        properties.put("server.port", 0);
        properties.putAll(more);
        var args = properties.entrySet().stream()
                .map(entry -> "--%s=%s".formatted(entry.getKey(), entry.getValue()))
                .toArray(String[]::new);
        return new SpringApplicationBuilder(CoordinatorServiceApplication.class).run(args);
    }

    @Test
    void waitsForADatabaseThatComesLate(CapturedOutput output) {
        database.postgres().stopImmediately();
        CompletableFuture<ConfigurableApplicationContext> starting;
        try {
            starting = CompletableFuture.supplyAsync(() -> start(Map.of()));
            await().atMost(Duration.ofSeconds(60)).until(() -> output.getOut().contains("does not answer"));
            assertThat(starting).isNotDone();
        } finally {
            database.postgres().start();
        }

        try (var service = starting.join()) {
            assertThat(service.getBean(CoordinatorEngine.class).transactions().storeAnswers())
                    .isTrue();
        }
        assertThat(output)
                .contains(database.jdbcUrl() + " does not answer; waiting for it")
                .contains("Start the PostgreSQL server there, or correct SPRING_DATASOURCE_URL.");
    }

    @Test
    void endsWithoutADatabaseAndTellsTheFix(CapturedOutput output) {
        database.postgres().stopImmediately();
        try {
            assertThatThrownBy(() -> start(Map.of("covenant.database.patience", "300ms")))
                    .hasRootCauseInstanceOf(ConnectException.class)
                    .hasStackTraceContaining(DatabaseAwayException.class.getName());
        } finally {
            database.postgres().start();
        }
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(database.jdbcUrl() + " has not answered for ")
                .contains("SPRING_DATASOURCE_URL");
    }

    @Test
    void startsWithoutADatabaseWhereSomethingRunsWithoutIt(CapturedOutput output, @TempDir Path directory) {
        var paxos = new HashMap<String, Object>();
        paxos.put("covenant.node", "coordinator-1");
        paxos.put("covenant.coordinator.paxos.directory", directory);
        for (int member = 1; member <= 3; member++) {
            paxos.put("covenant.coordinator.paxos.members.coordinator-" + member, "http://127.0.0.1:" + member);
        }
        database.postgres().stopImmediately();
        ConfigurableApplicationContext service;
        try {
            service = start(paxos);
            assertThat(service.getBean(Doors.class).running()).isEmpty();
        } finally {
            database.postgres().start();
        }

        try (service) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(service.getBean(Doors.class).running()).contains(CommitProtocol.TWO_PHASE));
        }
        assertThat(output).contains("only PAXOS_COMMIT can run until it answers");
    }

    @Test
    void refusesToForgetBeforeTheParticipantsDo() {
        assertThatThrownBy(() -> start(Map.of("covenant.transactions.participant.retention", "9d")))
                .rootCause()
                .hasMessageContaining("covenant.coordinator.recovery.keep (PT192H) must be longer than");
    }
}
