package io.covenant.locks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.covenant.locks.ServiceProcesses;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Three nodes on machines of their own, as far as the network goes, which is cut by the kernel while clients
/// write through the guard. Only root may make such machines; skipped without.
@RealPostgres
@Tag("campaign")
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitionTests {

    private static final int WRITERS = 4;

    /// Longer than the lease of a session, so that who is cut off cannot hold anything any more.
    private static final Duration TROUBLE = Duration.ofSeconds(12);

    private final TestDatabase database;
    private final Path directory;
    private @Nullable Machines machines;
    private @Nullable ServiceProcesses service;

    PartitionTests(TestDatabase database, @TempDir Path directory) {
        this.database = database;
        this.directory = directory;
    }

    @BeforeAll
    void start() throws Exception {
        var against = Machines.reasonAgainst();
        assumeTrue(against.isEmpty(), () -> against.orElse(""));
        GuardedWriters.makeTables(database);
        machines = Machines.of(ServiceProcesses.NAMES);
        service = new ServiceProcesses(directory).on(machines).started();
        service.ready();
    }

    @AfterEach
    void mend() {
        if (machines != null) {
            machines.mend();
        }
    }

    @AfterAll
    void stop() {
        if (service != null) {
            service.close();
        }
        if (machines != null) {
            machines.close();
        }
    }

    enum Trouble {
        /// Clients lose it as well: the machine is gone, and comes back with what it believed.
        PRIMARY_IS_UNPLUGGED {
            @Override
            void make(Machines machines, String primary) {
                machines.unplug(primary);
            }
        },
        /// The others do not hear the primary, and clients do.
        PRIMARY_IS_NOT_HEARD {
            @Override
            void make(Machines machines, String primary) {
                others(primary).forEach(other -> machines.mute(primary, other));
            }
        },
        /// The primary does not hear the others, and hears clients.
        PRIMARY_HEARS_NOBODY {
            @Override
            void make(Machines machines, String primary) {
                others(primary).forEach(other -> machines.mute(other, primary));
            }
        };

        abstract void make(Machines machines, String primary);

        private static List<String> others(String node) {
            return ServiceProcesses.NAMES.stream()
                    .filter(name -> !name.equals(node))
                    .toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void losesNothingWhenTheKernelCutsThePrimaryOff(Trouble trouble) throws Exception {
        var service = service();
        try (var writers = new GuardedWriters(database, nodes(service), WRITERS)) {
            writers.awaitMore(20);
            var sessions = writers.sessions();

            var former = service.primary();
            trouble.make(machines(), former);
            Thread.sleep(TROUBLE);
            writers.awaitMore(20);
            assertThat(service.primaryBeside(former)).isNotEqualTo(former);
            machines().mend();

            service.ready(former);
            writers.awaitMore(20);
            assertThat(writers.sessions()).as("no session is lost").isEqualTo(sessions);
            writers.requireRight();
        }
    }

    private static List<URI> nodes(ServiceProcesses service) {
        return ServiceProcesses.NAMES.stream().map(service::base).toList();
    }

    private ServiceProcesses service() {
        return Objects.requireNonNull(service);
    }

    private Machines machines() {
        return Objects.requireNonNull(machines);
    }
}
