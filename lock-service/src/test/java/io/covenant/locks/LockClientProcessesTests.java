package io.covenant.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockRequest;
import io.covenant.locks.session.SessionState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The client against real nodes, of which the primary is killed.
@Timeout(300)
class LockClientProcessesTests {

    @TempDir
    private Path directory;

    @Test
    void keepsItsLockAndItsPlaceInTheQueueWhenThePrimaryIsKilled() throws Exception {
        try (var service = new ServiceProcesses(directory).started()) {
            service.ready();
            var nodes = ServiceProcesses.NAMES.stream().map(service::base).toList();
            try (var holder = LockClient.builder(nodes).name("holder").build();
                    var other = LockClient.builder(nodes).name("other").build()) {
                var lock = holder.acquire("customers/42");
                long session = lock.session();
                assertThat(other.tryAcquire("customers/42")).isEmpty();
                var waiting = CompletableFuture.supplyAsync(() -> {
                    try {
                        return other.acquire(
                                LockRequest.exclusive("customers/42").waiting(Duration.ofSeconds(60)));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                other.files().create("/here", "yes".getBytes(java.nio.charset.StandardCharsets.UTF_8));

                service.kill(service.primary());

                assertThat(holder.tryAcquire("orders/1", Duration.ofSeconds(30)))
                        .isPresent();
                assertThat(holder.session()).isEqualTo(session);
                assertThat(holder.verify(lock.sequencer())).isTrue();
                assertThat(waiting).isNotDone();
                lock.release();

                var next = waiting.get();
                assertThat(next.token()).isGreaterThan(lock.token());
                assertThat(next.isValid()).isTrue();
                assertThat(other.state()).isEqualTo(SessionState.SAFE);
                assertThat(other.files().read("/here").orElseThrow().text()).isEqualTo("yes");
                next.release();
            }
        }
    }
}
