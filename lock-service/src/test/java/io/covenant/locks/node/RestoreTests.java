package io.covenant.locks.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.consensus.node.Reading;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The directory of a node is put back as it was a while ago.
@Timeout(180)
class RestoreTests {

    @TempDir
    Path directory;

    @TempDir
    Path certificates;

    private Authority authority;

    @BeforeEach
    void certify() throws Exception {
        authority = new Authority(certificates);
    }

    private Replicas replicas(String data) throws IOException {
        return new Replicas(directory.resolve(data), authority, "lock-1");
    }

    private void copy(String from, String to) throws IOException {
        try (var files = Files.walk(directory.resolve(from))) {
            for (var file : files.toList()) {
                Files.copy(
                        file,
                        directory.resolve(to).resolve(directory.resolve(from).relativize(file)));
            }
        }
    }

    @Test
    void sendsAReaderWhoKnowsMoreThanTheBackupToLookAgain() throws Exception {
        try (var replicas = replicas("data").started()) {
            replicas.hold(replicas.open(20_000), "a");
        }
        copy("data", "backup");
        long known;
        try (var replicas = replicas("data").started()) {
            var session = replicas.open(20_000);
            for (var i = 0; i < 20; i++) {
                replicas.hold(session, "b" + i);
            }
            known = replicas.primary().index();
        }

        try (var restored = replicas("backup").inEpoch(1).started()) {
            restored.open(20_000);
            try (var stream = restored.primary().eventsUnder("", "", known).orElseThrow()) {
                assertThat(stream.take(Duration.ofSeconds(5)))
                        .first()
                        .isInstanceOfSatisfying(
                                EventStream.Item.Compacted.class,
                                compacted -> assertThat(Token.epoch(compacted.place()))
                                        .isEqualTo(1));
            }
        }
    }

    @Test
    void givesHigherTokensInTheNextEpochThanEverBefore() throws Exception {
        long before;
        try (var replicas = replicas("data").started()) {
            before = replicas.open(20_000);
            replicas.hold(before, "a");
        }
        copy("data", "backup");
        long highest = 0;
        try (var replicas = replicas("data").started()) {
            var session = replicas.open(20_000);
            for (var i = 0; i < 20; i++) {
                highest = replicas.hold(session, "b" + i);
            }
        }

        try (var restored = replicas("backup").inEpoch(1).started()) {
            var token = restored.hold(restored.open(20_000), "b0");
            assertThat(token).isGreaterThan(highest);
            assertThat(Token.epoch(token)).isEqualTo(1);
            assertThat(restored.ask(restored.acquire(before, "c", 0))).isEqualTo(new Reply.NoSuchSession(before));
            assertThat(Replicas.soon(restored.primary().read(state -> state.epoch())))
                    .isInstanceOfSatisfying(
                            Reading.Value.class,
                            value -> assertThat(value.value()).isEqualTo(1L));
            assertThat(restored.primary().epoch()).isEqualTo(1);
        }
        try (var again = replicas("backup").inEpoch(1).started()) {
            assertThat(again.primary().figures().armed()).isTrue();
            assertThat(Token.epoch(again.open(Duration.ofSeconds(20).toMillis())))
                    .isEqualTo(1);
        }
    }
}
