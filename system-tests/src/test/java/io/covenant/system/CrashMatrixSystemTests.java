package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.load.LoadPlan;
import io.covenant.launcher.load.LoadReport;
import io.covenant.system.MatrixCell.Fault;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.initiator.CommitProtocol;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every protocol meets every fault under a load of orders: nothing is lost, nothing is half done, every question is
/// answered. What was seen stands in `docs/protocols/crash-matrix.md`.
///
/// `-Dcrash.matrix=saga,tcc-C9` plays only cells whose names begin so; what was seen earlier is kept.
@WithPlatform
@Tag("campaign")
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // starts are what takes long: one prepares the next
class CrashMatrixSystemTests {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /// Longer than any lease and any deadline.
    private static final Duration TROUBLE = Duration.ofSeconds(6);

    private static final String DRIVER = "coordinator-1";
    private static final Wire.Watcher ALL_ARRIVES = (_, _) -> Wire.Fate.ARRIVES;

    /// More than a coordinator that comes back may find unfinished with its acceptor, and pass by while it starts.
    private static final int PASSING = 12;

    private final PlatformUnderTest platform;
    private final List<MatrixCell> cells = cells().toList();
    private final MatrixRows rows = new MatrixRows();

    /// Whose victim runs with the crash point of this cell.
    private @Nullable MatrixCell armed;

    /// On which the driver reaches inventory, from the first cell on that needs it.
    private @Nullable Wire wire;

    CrashMatrixSystemTests(PlatformUnderTest platform) {
        this.platform = platform;
    }

    static Stream<MatrixCell> cells() {
        var wanted = List.of(System.getProperty("crash.matrix", "").split(","));
        return MatrixCell.all()
                .filter(cell -> wanted.stream().anyMatch(cell.key()::startsWith))
                .sorted(Comparator.comparing(cell -> cell.fault().stage()));
    }

    @AfterAll
    void publish() throws IOException {
        if (wire != null) {
            restart(DRIVER, Map.of());
            wire.close();
        }
        rows.publish();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void losesNothingAndLeavesNothingHalfDone(MatrixCell cell) throws Exception {
        var loads = new Loads(cell.protocol());
        switch (cell.fault()) {
            case Fault.Crash(var point, var victim) -> {
                switch (point) {
                    case C11_TAKEN_OVER -> dieWhileTakingOver(victim, loads);
                    case C13_INQUIRY_DECIDED -> dieOfAQuestion(victim, cell.protocol(), loads);
                    case C0_BEFORE_BEGIN,
                            C1_BEGIN_STORED,
                            C2_BRANCH_EXECUTED,
                            C3_BARRIER_INSERTED,
                            C4_BEFORE_PREPARE,
                            C5_PREPARED,
                            C6_VOTES_IN,
                            C7_DECISION_FORCED,
                            C8_ONE_BRANCH_TOLD,
                            C9_COMMITTED_BEFORE_ACK,
                            C10_ALL_ACKED,
                            C12_ACCEPTED -> die(cell, victim, point, loads);
                }
            }
            case Fault.Trouble(var kind) -> {
                switch (kind) {
                    case ZOMBIE -> sleep(loads);
                    case PARTITION -> cut(Wire.Fate.LOST, loads);
                    case ANSWERS_LOST -> cut(Wire.Fate.ANSWER_LOST, loads);
                    case DATABASE_DIES -> killTheDatabase(loads);
                }
            }
        }
        var reports = loads.reports();
        reports.forEach(PlatformAssertions::assertRight);
        assertInvariants(platform);
        rows.put(cell, reports, platform.invariants().size());
    }

    /// It stays away until the others have ended what it left.
    private void die(MatrixCell cell, String victim, CrashPoint point, Loads loads) throws Exception {
        if (!cell.equals(armed) || isDead(victim)) {
            arm(victim, point, PASSING);
        }
        armed = null;
        loads.goOnUntil(() -> isDead(victim), victim + " dies");
        var _ = loads.reports();
        var next = cells.get(Math.min(cells.indexOf(cell) + 1, cells.size() - 1));
        if (next.fault() instanceof Fault.Crash(var itsPoint, var itsVictim)
                && next.fault().stage().equals(cell.fault().stage())) {
            arm(itsVictim, itsPoint, PASSING);
            armed = next;
        } else {
            platform.start(victim, Map.of());
        }
    }

    private void arm(String victim, CrashPoint point, int passing) {
        restart(victim, Map.of("COVENANT_CRASH_POINT", point + ":" + passing));
    }

    private void restart(String node, Map<String, String> environment) {
        platform.node(node).kill();
        platform.start(node, environment);
    }

    private boolean isDead(String node) {
        return platform.node(node).process().isEmpty();
    }

    // ---- crash points that a load does not reach by itself

    /// The driver dies; whoever goes on dies as well, and the third, which has slept meanwhile, finds its lease lost.
    private void dieWhileTakingOver(String victim, Loads loads) throws InterruptedException {
        arm(victim, CrashPoint.C11_TAKEN_OVER, 1);
        arm(DRIVER, CrashPoint.C7_DECISION_FORCED, PASSING);
        loads.goOnUntil(() -> isDead(DRIVER), DRIVER + " dies");
        platform.node("coordinator-3").pause();
        loads.goOnUntil(() -> isDead(victim), victim + " dies");
        platform.node("coordinator-3").resume();
        platform.start(DRIVER, Map.of());
        platform.start(victim, Map.of());
    }

    /// Somebody asks for transactions that nobody has begun, which decides them. What the dead one decided and did not
    /// tell is what everybody tells from then on.
    private void dieOfAQuestion(String victim, CommitProtocol protocol, Loads loads) throws Exception {
        arm(victim, CrashPoint.C13_INQUIRY_DECIDED, 3);
        loads.start();
        var asked = new ArrayList<UUID>();
        try (var door = platform.asOrders(victim)) {
            await(victim + " dies").atMost(PATIENCE).until(() -> {
                asked.add(idOfNow());
                outcome(door, asked.getLast(), protocol);
                return isDead(victim);
            });
        }
        try (var door = platform.asOrders("coordinator-2")) {
            for (var id : asked) {
                assertThat(outcome(door, id, protocol)).isEqualTo("ABORTED");
            }
        }
        platform.start(victim, Map.of());
    }

    private static String outcome(Gateway door, UUID id, CommitProtocol protocol) throws InterruptedException {
        try {
            var answer = door.get("/api/v1/transactions/%s/outcome?protocol=%s".formatted(id, protocol));
            return answer.body().path("outcome").asString(answer.toString());
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// Version 7.
    private static UUID idOfNow() {
        var random = ThreadLocalRandom.current();
        return new UUID(
                System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(0x1000),
                random.nextLong() >>> 2 | Long.MIN_VALUE);
    }

    // ---- from outside

    private void sleep(Loads loads) throws InterruptedException {
        loads.awaitOrders(20);
        platform.node(DRIVER).pause();
        TimeUnit.MILLISECONDS.sleep(TROUBLE.toMillis());
        platform.node(DRIVER).resume();
    }

    private void cut(Wire.Fate fate, Loads loads) throws Exception {
        var way = wired();
        loads.awaitOrders(20);
        way.watch((_, _) -> fate);
        TimeUnit.MILLISECONDS.sleep(TROUBLE.toMillis());
        way.watch(ALL_ARRIVES);
    }

    /// When the first branch is to be committed or confirmed, or the first step of a saga to be done.
    private void killTheDatabase(Loads loads) {
        var killed = new AtomicBoolean();
        wired().watch((path, _) -> {
            if (Stream.of("/commit", "/confirm", "/act").anyMatch(path::endsWith)
                    && killed.compareAndSet(false, true)) {
                platform.node("postgres").kill();
            }
            return Wire.Fate.ARRIVES;
        });
        loads.goOnUntil(killed::get, "a branch is to be carried through");
        await("death of postgres").atMost(PATIENCE).until(() -> isDead("postgres"));
        wired().watch(ALL_ARRIVES);
        platform.start("postgres", Map.of());
    }

    /// Between the driver and inventory.
    private Wire wired() {
        var there = wire;
        if (there == null) {
            there = Wire.to(platform.addresses("inventory-1", "inventory-2"));
            wire = there;
            restart(
                    DRIVER,
                    Map.of("COVENANT_SERVICES_INVENTORY", there.address().toString()));
        }
        return there;
    }

    /// Orders under one protocol, placed in the background, as many as it takes.
    private final class Loads {

        private final LoadPlan plan;
        private final List<CompletableFuture<LoadReport>> running = new ArrayList<>();

        Loads(CommitProtocol protocol) {
            this.plan = LoadPlan.of(40).under(List.of(protocol.text()));
        }

        void start() {
            running.add(platform.load(plan));
        }

        void goOnUntil(BooleanSupplier happened, String what) {
            await(what).atMost(PATIENCE).until(() -> {
                boolean there = happened.getAsBoolean();
                if (!there && (running.isEmpty() || running.getLast().isDone())) {
                    start();
                }
                return there;
            });
        }

        void awaitOrders(int more) {
            var file = platform.platform().home().acknowledgedOrders();
            int before = AcknowledgedOrders.in(file).size();
            goOnUntil(() -> AcknowledgedOrders.in(file).size() >= before + more, "orders under way");
        }

        List<LoadReport> reports() throws Exception {
            var reports = new ArrayList<LoadReport>();
            for (var load : running) {
                reports.add(load.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            return reports;
        }
    }
}
