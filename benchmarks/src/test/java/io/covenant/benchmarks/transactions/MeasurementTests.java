package io.covenant.benchmarks.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.benchmarks.measure.Ending;
import io.covenant.launcher.node.Mark;
import io.covenant.launcher.platform.PlatformHome;
import io.covenant.launcher.postgres.PostgresSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// On three real servers, for moments only.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MeasurementTests {

    private static final int CONNECTIONS = 6;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /// Where it is in vain.
    private static final Duration IN_VAIN = Duration.ofSeconds(1);

    private static final Options OPTIONS = new Options(
            List.of(),
            List.of(1, 4),
            1,
            Duration.ofMillis(500),
            20,
            Duration.ofSeconds(20),
            Duration.ofMillis(100),
            Catalogue.ALL,
            50,
            CONNECTIONS);

    @TempDir
    private static Path home;

    @SuppressWarnings("NullAway.Init") // before all
    private Databases databases;

    @BeforeAll
    void start() throws Exception {
        databases = Databases.start(home, PlatformHome.checkoutAround(Path.of("")), PostgresSettings.durable());
        Catalogue.putInto(databases);
    }

    @AfterAll
    void stop() {
        databases.close();
    }

    @Test
    void findsTheBooksInOrderAfterEveryTurnOfEveryContestantInThisProcess() throws Exception {
        var surroundings = new Lineup.Surroundings(home, home, new Mark(home), CONNECTIONS, List.of(), false);
        try (var lineup = new Lineup(databases, surroundings)) {
            var contestants = new ArrayList<Contestant>();
            for (String name : Lineup.Tier.IN_PROCESS.contestants()) {
                contestants.add(lineup.start(name));
            }
            var measurement = new Measurement(databases, contestants, OPTIONS, PATIENCE, _ -> {});

            List<Turn> turns = measurement.run();
            List<Turn> refusals = measurement.runRefusals();

            assertThat(turns)
                    .hasSize(2 * contestants.size())
                    .extracting(Turn::contestant)
                    .contains("floor", "in-process-3pc", "in-process-tcc", "in-process-saga", "narayana", "atomikos");
            assertThat(turns).allSatisfy(turn -> {
                assertThat(turn.violations()).as(turn.contestant()).isEmpty();
                assertThat(turn.committed()).isPositive();
                assertThat(turn.refused()).isPositive();
                assertThat(turn.forcedWrites().of("orders")).isPositive();
                assertThat(turn.forcedWrites().of("inventory")).isPositive();
                boolean keepsItsLog = List.of(Narayana.NAME, Atomikos.NAME).contains(turn.contestant());
                assertThat(turn.forcedWrites().of(keepsItsLog ? Counters.OWN_LOGS : "coordinator"))
                        .as(turn.contestant() + " forces its decisions")
                        .isPositive();
                assertThat(turn.cpuMillis().values()).containsKeys("benchmark", "postgres coordinator");
            });
            assertThat(refusals).hasSameSizeAs(contestants).allSatisfy(turn -> {
                assertThat(turn.violations()).isEmpty();
                assertThat(turn.committed()).isZero();
                assertThat(turn.refused()).isPositive();
            });
        }
    }

    @Test
    void stopsAtAContestantThatLosesAnOrder() throws Exception {
        try (var floor = new HandWritten(databases, CONNECTIONS)) {
            List<String> told = new ArrayList<>();

            var forgetful = new Disguised(
                    floor,
                    purchase -> purchase.order().getLeastSignificantBits() % 3 == 0
                            ? Ending.COMMITTED
                            : floor.place(purchase));

            List<Turn> turns = new Measurement(databases, List.of(forgetful), OPTIONS, PATIENCE, told::add).run();

            assertThat(turns)
                    .singleElement()
                    .satisfies(turn -> assertThat(turn.violations())
                            .isNotEmpty()
                            .allMatch(violation -> violation.contains("follow from what the clients were told")));
            assertThat(told).anyMatch(line -> line.contains("VIOLATION"));
        }
    }

    @Test
    void stopsAtAContestantThatLeavesABranchPrepared() throws Exception {
        try (var floor = new HandWritten(databases, CONNECTIONS)) {
            databases.orders().administer("begin", "prepare transaction 'left behind'");

            List<Turn> turns = new Measurement(databases, List.of(floor), OPTIONS, IN_VAIN, _ -> {}).run();

            assertThat(turns)
                    .singleElement()
                    .satisfies(
                            turn -> assertThat(turn.violations()).containsExactly("1 prepared transactions are left"));
        } finally {
            databases.orders().administer("rollback prepared 'left behind'");
        }
    }

    @Test
    void namesAnOrderThatOnlyOneOfTheDatabasesKnows() throws Exception {
        databases.orders().administer("""
                insert into orders (id, customer, state, total, transaction_id, placed_at)
                select '01a1fe5e-0000-7000-8000-000000000001', id, 'CONFIRMED', 1, gen_random_uuid(), now()
                  from customer limit 1
                """);
        try {
            assertThat(Books.oddOrders(databases))
                    .containsExactly("order 01a1fe5e-0000-7000-8000-000000000001 has taken no stock");
        } finally {
            databases.orders().administer("delete from orders where id = '01a1fe5e-0000-7000-8000-000000000001'");
        }
    }

    @Test
    void isNotPutOffByAContestantThatFailsWhileItWakesUp() throws Exception {
        try (var floor = new HandWritten(databases, CONNECTIONS)) {
            var asked = new AtomicInteger();
            var sleepy = new Disguised(floor, purchase -> {
                if (asked.incrementAndGet() < 3) {
                    throw new IOException("its deadline passed");
                }
                return floor.place(purchase);
            });

            List<Turn> turns = new Measurement(databases, List.of(sleepy), OPTIONS, PATIENCE, _ -> {}).run();

            assertThat(turns)
                    .hasSize(2)
                    .allSatisfy(turn -> assertThat(turn.violations()).isEmpty());
        }
    }

    @Test
    void waitsUntilAContestantHasClearedUp() throws Exception {
        try (var floor = new HandWritten(databases, CONNECTIONS)) {
            var looks = new AtomicInteger();
            var slow = new Disguised(floor, floor::place) {
                @Override
                public boolean rests() {
                    return looks.incrementAndGet() % 3 == 0;
                }
            };

            List<Turn> turns = new Measurement(databases, List.of(slow), OPTIONS, PATIENCE, _ -> {}).run();

            assertThat(turns).hasSize(2);
            assertThat(looks).hasValue(9); // three times after the warm-up, and after each of two turns
        }
    }

    @FunctionalInterface
    private interface Placing {
        Ending place(Purchase purchase) throws Exception;
    }

    /// Somebody who places orders in another way than the one whose name it bears.
    private static class Disguised implements Contestant {

        private final Contestant real;
        private final Placing placing;

        Disguised(Contestant real, Placing placing) {
            this.real = real;
            this.placing = placing;
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public String description() {
            return "does not do all it says";
        }

        @Override
        public Durability durability() {
            return real.durability();
        }

        @Override
        public Ending place(Purchase purchase) throws Exception {
            return placing.place(purchase);
        }

        @Override
        public OptionalLong decisions() {
            return real.decisions();
        }

        @Override
        public SequencedMap<String, ProcessHandle> processes() {
            return real.processes();
        }

        @Override
        public void close() {
            // The real one is closed by its owner.
        }
    }
}
