package io.covenant.launcher.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TemporaryPostgresTests {

    @Test
    void isGoneWhenItIsClosed() {
        Path home;
        ProcessHandle process;
        try (var temporary = TemporaryPostgres.start(PostgresSettings.durable())) {
            home = temporary.server().home();
            process = temporary.server().running().orElseThrow();
            assertThat(temporary.server().answers(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(home).doesNotExist();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void isGoneWhenItsJvmIsKilled() throws IOException {
        JvmOfItsOwn jvm = JvmOfItsOwn.withTemporaryServer();
        ProcessHandle postgres = serverIn(jvm.home()).running().orElseThrow();

        jvm.process().destroyForcibly();

        await().until(() -> !Files.exists(jvm.home()) && !postgres.isAlive());
    }

    @Test
    void isClearedAwayByTheNextWhenNothingWatchedIt() throws IOException {
        JvmOfItsOwn jvm = JvmOfItsOwn.withTemporaryServer();
        PostgresServer left = serverIn(jvm.home());
        ProcessHandle postgres = left.running().orElseThrow();
        jvm.children().stream().filter(child -> !child.equals(postgres)).forEach(ProcessHandle::destroyForcibly);
        jvm.process().destroyForcibly();
        await().until(() -> !jvm.process().isAlive());
        assertThat(left.answers(Duration.ofSeconds(20))).isTrue();

        try (var next = TemporaryPostgres.start(PostgresSettings.durable())) {
            assertThat(next.server().home()).isNotEqualTo(jvm.home());
            assertThat(jvm.home()).doesNotExist();
            // Until somebody has collected its exit code, a dead process counts as alive.
            await().until(() -> !postgres.isAlive());
        }
    }

    @Test
    void leavesThoseOfLivingJvmsAlone() {
        try (var first = TemporaryPostgres.start(PostgresSettings.durable());
                var second = TemporaryPostgres.start(PostgresSettings.durable())) {
            assertThat(first.server().answers(Duration.ofSeconds(20))).isTrue();
            assertThat(second.server().port()).isNotEqualTo(first.server().port());
        }
    }

    private static PostgresServer serverIn(Path home) {
        return PostgresServer.in(home, PostgresBinaries.unpacked(), PostgresSettings.durable());
    }
}
