package io.covenant.locks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.ServiceProcesses;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.fencing.FencingGuard;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Three nodes whose network and processes are troubled while clients write through the guard.
@RealPostgres
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProcessFaultTests {

    private static final int WRITERS = 4;
    private static final Duration TROUBLE = Duration.ofSeconds(4);

    private final TestDatabase database;
    private ServiceProcesses service;

    ProcessFaultTests(TestDatabase database, @TempDir Path directory) throws Exception {
        this.database = database;
        service = new ServiceProcesses(directory).withCables();
    }

    @BeforeAll
    void start() throws Exception {
        GuardedWriters.makeTables(database);
        service.started().ready();
    }

    @AfterEach
    void mend() {
        service.mend();
    }

    @AfterAll
    void stop() throws Exception {
        service.close();
    }

    enum Trouble {
        /// The others do not hear the primary: they elect another one.
        PRIMARY_IS_NOT_HEARD(true) {
            @Override
            void make(ServiceProcesses service, String primary) {
                others(primary).forEach(other -> service.cut(primary, other));
            }
        },
        /// The primary hears nobody, and everybody hears it: it has to give up by itself.
        PRIMARY_HEARS_NOBODY(true) {
            @Override
            void make(ServiceProcesses service, String primary) {
                others(primary).forEach(other -> service.cut(other, primary));
            }
        },
        /// No connection ends, nothing gets through.
        PRIMARY_IS_ALONE(true) {
            @Override
            void make(ServiceProcesses service, String primary) {
                others(primary).forEach(other -> {
                    service.cut(primary, other);
                    service.cut(other, primary);
                });
            }
        },
        /// One link of three is cut: the primary may stay, or whoever sees all may take over.
        ONE_LINK_IS_CUT(false) {
            @Override
            void make(ServiceProcesses service, String primary) {
                var other = others(primary).getFirst();
                service.cut(primary, other);
                service.cut(other, primary);
            }
        },
        EVERYTHING_IS_LATE(false) {
            @Override
            void make(ServiceProcesses service, String primary) {
                service.delay(Duration.ofMillis(60));
            }
        };

        private final boolean deposes;

        /// @param deposes whether another one has to lead
        Trouble(boolean deposes) {
            this.deposes = deposes;
        }

        abstract void make(ServiceProcesses service, String primary);

        private static List<String> others(String node) {
            return ServiceProcesses.NAMES.stream()
                    .filter(name -> !name.equals(node))
                    .toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void losesNothingWhenTheNetworkIsInTrouble(Trouble trouble) throws Exception {
        try (var writers = writers()) {
            writers.awaitMore(20);
            var sessions = writers.sessions();

            var former = service.primary();
            trouble.make(service, former);
            Thread.sleep(TROUBLE);
            writers.awaitMore(5);
            if (trouble.deposes) {
                await().atMost(Duration.ofMinutes(2))
                        .untilAsserted(() -> assertThat(service.primary()).isNotEqualTo(former));
            }
            service.mend();

            writers.awaitMore(20);
            assertThat(writers.sessions()).as("no session is lost").isEqualTo(sessions);
            writers.requireRight();
        }
    }

    enum Fate {
        PRIMARY_IS_KILLED {
            @Override
            String victim(ServiceProcesses service) {
                return service.primary();
            }
        },
        BACKUP_IS_KILLED {
            @Override
            String victim(ServiceProcesses service) {
                return service.backup();
            }
        },
        /// It wakes and believes that it leads still, with what clients asked it meanwhile before it.
        PRIMARY_IS_STOPPED {
            @Override
            String victim(ServiceProcesses service) {
                return service.primary();
            }

            @Override
            void strike(ServiceProcesses service, String victim) throws Exception {
                service.pause(victim);
            }

            @Override
            void bringBack(ServiceProcesses service, String victim) throws Exception {
                service.resume(victim);
            }
        };

        abstract String victim(ServiceProcesses service);

        void strike(ServiceProcesses service, String victim) throws Exception {
            service.kill(victim);
        }

        void bringBack(ServiceProcesses service, String victim) throws Exception {
            service.start(victim);
        }
    }

    @ParameterizedTest
    @EnumSource
    void losesNothingWhenAProcessIsKilledOrStopped(Fate fate) throws Exception {
        try (var writers = writers()) {
            writers.awaitMore(20);
            var sessions = writers.sessions();

            var victim = fate.victim(service);
            fate.strike(service, victim);
            Thread.sleep(TROUBLE);
            writers.awaitMore(20);
            assertThat(service.primaryBeside(victim)).isNotEqualTo(victim);
            fate.bringBack(service, victim);

            service.ready(victim);
            writers.awaitMore(20);
            assertThat(writers.sessions()).as("no session is lost").isEqualTo(sessions);
            writers.requireRight();
        }
    }

    @Test
    void losesNothingWhenAllNodesAreKilledAtOnce() throws Exception {
        try (var writers = writers()) {
            writers.awaitMore(20);
            var sessions = writers.sessions();

            for (var name : ServiceProcesses.NAMES) {
                service.kill(name);
            }
            service.started().ready();

            writers.awaitMore(20);
            assertThat(writers.sessions()).as("no session is lost").isEqualTo(sessions);
            writers.requireRight();
        }
    }

    @Test
    void refusesAHolderThatSleptBeyondItsLease() throws Exception {
        database.migrate("delete from fence; delete from fence_refusal");
        try (var holder = new HolderProcess(database, service.base(service.primary()));
                var other = LockClient.builder(nodes()).name("other").build();
                var guard = new FencingGuard(database.runtime())) {
            long slept = holder.token();
            holder.signal("STOP");
            var lock = other.acquire("counter/one");
            assertThat(lock.token()).isGreaterThan(slept);
            try (var connection = database.runtime().getConnection()) {
                connection.setAutoCommit(false);
                guard.check(connection, "counter/one", lock.token(), "other");
                connection.commit();
            }

            holder.signal("CONT");

            assertThat(holder.afterWaking()).isEqualTo("refused %d after %d".formatted(slept, lock.token()));
            await().untilAsserted(() -> {
                try (var connection = database.runtime().getConnection()) {
                    assertThat(guard.refusals(connection, 10)).singleElement().satisfies(refusal -> {
                        assertThat(refusal.who()).isEqualTo("sleepy");
                        assertThat(refusal.given()).isEqualTo(slept);
                    });
                }
            });
        }
    }

    private GuardedWriters writers() {
        return new GuardedWriters(database, nodes(), WRITERS);
    }

    private List<URI> nodes() {
        return ServiceProcesses.NAMES.stream().map(service::base).toList();
    }
}
