package io.covenant.launcher.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.node.ProcessIdentity.Liveness;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessIdentityTests {

    @Test
    void staysTheSameAsLongAsTheProcessLives() {
        long self = ProcessHandle.current().pid();

        ProcessIdentity first = ProcessIdentity.of(self).orElseThrow();

        assertThat(ProcessIdentity.of(self)).contains(first);
        assertThat(first.liveness()).isEqualTo(Liveness.RUNNING);
    }

    @Test
    void doesNotTakeALaterProcessWithTheSamePidForTheSame() {
        var earlier = new ProcessIdentity(ProcessHandle.current().pid(), "some earlier boot+4711");

        assertThat(earlier.isAlive()).isFalse();
    }

    @Test
    void seesAPausedProcessAndItsEnd() throws IOException {
        Process process = new ProcessBuilder("sleep", "60").start();
        ProcessIdentity identity = ProcessIdentity.of(process.pid()).orElseThrow();

        Signals.pause(identity);
        await().untilAsserted(() -> assertThat(identity.liveness()).isEqualTo(Liveness.PAUSED));
        Signals.resume(identity);
        await().untilAsserted(() -> assertThat(identity.liveness()).isEqualTo(Liveness.RUNNING));
        Signals.kill(identity);

        assertThat(identity.liveness()).isEqualTo(Liveness.GONE);
        assertThat(ProcessIdentity.of(process.pid())).isEqualTo(Optional.empty());
    }

    @Test
    void countsAProcessWhoseExitCodeNobodyCollectedAsGone() throws IOException {
        // The inner shell becomes sleep, which never collects its child.
        Process parent = new ProcessBuilder("/bin/sh", "-c", "sh -c 'echo $$; exit 0' & exec sleep 60").start();
        try (var output = parent.inputReader()) {
            long child = Long.parseLong(output.readLine().strip());

            await().untilAsserted(() -> assertThat(ProcessIdentity.of(child)).isEmpty());
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void countsAProcessAsAliveUntilItsLastThreadHasDied() {
        assertThat(ProcessIdentity.liveness(stat("Z", 7))).isEqualTo(Liveness.RUNNING);
        assertThat(ProcessIdentity.liveness(stat("Z", 1))).isEqualTo(Liveness.GONE);
        assertThat(ProcessIdentity.liveness(stat("S", 1))).isEqualTo(Liveness.RUNNING);
    }

    private static String stat(String state, int threads) {
        return "4711 (java (x) y) %s 1 4711 4711 0 -1 4194304 97 0 0 0 0 0 0 0 20 0 %d 0 1265669 0 0"
                .formatted(state, threads);
    }
}
