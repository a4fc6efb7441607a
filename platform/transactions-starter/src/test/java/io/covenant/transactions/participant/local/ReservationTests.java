package io.covenant.transactions.participant.local;

import static io.covenant.transactions.participant.local.Store.ENOUGH;
import static io.covenant.transactions.participant.local.Store.branch;
import static io.covenant.transactions.participant.local.Store.branchFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchRefusedException;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.tcc.TryAnswer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

@RealPostgres
@Timeout(120)
class ReservationTests {

    private static final LocalAnswer<Settlement> DONE = new LocalAnswer.Given<>(new Settlement.Done());

    private final TestDatabase database;
    private final Store store;

    ReservationTests(TestDatabase database) {
        this.database = database;
        store = new Store(database);
    }

    @BeforeEach
    void fill() {
        store.with("A", 10);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void reservesAndConfirms() {
        var branch = branch();
        assertThat(store.reserve(branch, "A"))
                .isInstanceOfSatisfying(
                        LocalAnswer.Given.class,
                        given -> assertThat(given.answer()).isInstanceOf(TryAnswer.Reserved.class));
        assertThat(store.free("A")).isEqualTo(9);
        assertThat(store.held(branch)).isEqualTo(1);

        assertThat(store.confirm(branch)).isEqualTo(DONE);
        assertThat(store.held(branch)).isZero();
        assertThat(store.sold(branch)).isEqualTo(1);
        assertThat(store.rows(branch)).containsExactly("WORK", "CONFIRM");
    }

    @Test
    void reservesAndCancels() {
        var branch = branch();
        store.reserve(branch, "A");
        assertThat(store.cancel(branch)).isEqualTo(DONE);
        assertThat(store.held(branch)).isZero();
        assertThat(store.free("A")).isEqualTo(10);
        assertThat(store.rows(branch)).containsExactly("WORK", "CANCEL");
    }

    @Test
    void holdsForAsLongAsItsTransactionHasTimeAtLeast() {
        assertThat(store.reserve(branch(), Duration.ofSeconds(2), work -> store.hold(work, "A")))
                .isEqualTo(reserved(Duration.ofSeconds(10)));
        var answer = store.reserve(branch(), Duration.ofSeconds(30), work -> store.hold(work, "A"));
        assertThat(((TryAnswer.Reserved) given(answer)).holds())
                .isBetween(Duration.ofSeconds(25), Duration.ofSeconds(30));
    }

    @Test
    void saysWhichBranchTheThreadWorksIn() {
        var seen = new ArrayList<BranchId>();
        var branch = branch();
        store.reserve(branch, ENOUGH, _ -> {
            seen.add(Branch.current().orElseThrow().id());
            return true;
        });
        assertThat(seen).containsExactly(branch);
        assertThat(Branch.current()).isEmpty();
    }

    @Test
    void answersTheSameAgainAndWorksOnce() {
        var branch = branch();
        store.reserve(branch, "A");
        assertThat(given(store.reserve(branch, "A"))).isInstanceOf(TryAnswer.Reserved.class);
        assertThat(store.confirm(branch)).isEqualTo(DONE);
        assertThat(store.confirm(branch)).isEqualTo(DONE);
        assertThat(given(store.reserve(branch, "A"))).isInstanceOf(TryAnswer.Reserved.class);
        assertThat(store.free("A")).isEqualTo(9);

        var other = branch();
        store.reserve(other, "A");
        store.cancel(other);
        assertThat(store.cancel(other)).isEqualTo(DONE);
        assertThat(store.free("A")).isEqualTo(9);
    }

    @Test
    void needsNoEndWhenThereIsNothingToReserve() {
        var branch = branch();
        assertThat(given(store.reserve(branch, ENOUGH, _ -> false))).isInstanceOf(TryAnswer.Nothing.class);
        assertThat(store.rows(branch)).isEmpty();
    }

    // Refusals: rolled back, with the reason.

    @Test
    void refusesForTheServicesReason() {
        store.with("A", 0);
        var branch = branch();
        assertThat(refusalOf(store.reserve(branch, "A"))).isEqualTo("out-of-stock");
        assertThat(store.rows(branch)).isEmpty();
        // It may be tried again, as long as nobody has cancelled.
        store.with("A", 1);
        assertThat(given(store.reserve(branch, "A"))).isInstanceOf(TryAnswer.Reserved.class);
    }

    @Test
    void refusesWhatFailsAndWhatViolatesAConstraint() {
        assertThat(refusalOf(store.reserve(branch(), ENOUGH, _ -> {
                    throw new IllegalArgumentException("a mistake");
                })))
                .isEqualTo("branch-failed");
        assertThat(refusalOf(store.reserve(branch(), ENOUGH, _ -> {
                    store.jdbc().update("update item set free = -1 where sku = 'A'");
                    return true;
                })))
                .isEqualTo("constraint-violated");
        assertThat(store.free("A")).isEqualTo(10);
    }

    @Test
    void refusesWhatComesTooLate() {
        var branch = branch();
        assertThat(refusalOf(store.reserve(branch, Duration.ZERO, work -> store.hold(work, "A"))))
                .isEqualTo("deadline-passed");
        assertThat(store.rows(branch)).isEmpty();
    }

    @Test
    void refusesASecondTransactionInsideOfTheBranch() {
        var apart = new TransactionTemplate(store.transactions());
        apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        assertThat(refusalOf(store.reserve(branch(), ENOUGH, work -> {
                    apart.executeWithoutResult(_ -> store.hold(work, "A"));
                    return true;
                })))
                .isEqualTo("not-preparable");
        assertThat(store.free("A")).isEqualTo(10);
    }

    // Out of order.

    @Test
    void keepsATryThatComesAfterItsCancellationFromReserving() {
        var branch = branch();
        assertThat(store.cancel(branch)).isEqualTo(DONE);
        assertThat(store.rows(branch)).containsExactly("FENCE", "CANCEL");

        assertThat(refusalOf(store.reserve(branch, "A"))).isEqualTo("branch-cancelled");
        assertThat(store.free("A")).isEqualTo(10);
        assertThat(store.cancel(branch)).isEqualTo(DONE);
    }

    @Test
    void cancelsWhatWasRefusedWithoutCallingTheService() {
        store.with("A", 0);
        var branch = branch();
        store.reserve(branch, "A");
        assertThat(store.cancel(branch)).isEqualTo(DONE);
        assertThat(store.free("A")).isZero();
    }

    @Test
    void triesAgainUntilTheServiceCanConfirm() {
        var branch = branch();
        store.reserve(branch, "A");
        var attempts = new AtomicInteger();
        SettlingWork stubborn = (_, decision) -> work -> {
            if (attempts.incrementAndGet() < 3) {
                throw new BranchRefusedException("not-now", "Not now.");
            }
            store.settling().of("take", decision).run(work);
        };
        assertThat(store.executor().settle(branch, Decision.COMMIT, stubborn))
                .isEqualTo(new LocalAnswer.AskAgain<Settlement>(false, "Not now."));
        assertThat(store.rows(branch)).containsExactly("WORK");
        assertThat(store.executor().settle(branch, Decision.COMMIT, stubborn)).isInstanceOf(LocalAnswer.AskAgain.class);
        assertThat(store.executor().settle(branch, Decision.COMMIT, stubborn)).isEqualTo(DONE);
    }

    // Hazards.

    @Test
    void recordsThatWhatWasReservedIsGone() {
        var branch = branch();
        store.reserve(branch, "A");
        store.outside().update("delete from hold");
        assertThat(store.confirm(branch)).isEqualTo(hazard(Finding.RESERVATION_GONE));
        assertThat(store.hazards(branch)).isEqualTo(1);
        assertThat(store.confirm(branch)).isEqualTo(hazard(Finding.RESERVATION_GONE));
        assertThat(store.hazards(branch)).isEqualTo(1);
    }

    @Test
    void recordsAConfirmationOfWhatWasNeverTriedOrCancelledByHand() {
        var lost = branch();
        assertThat(store.confirm(lost)).isEqualTo(hazard(Finding.NEVER_TRIED));
        assertThat(store.rows(lost)).isEmpty();

        var cancelled = branch();
        store.reserve(cancelled, "A");
        store.cancel(cancelled);
        assertThat(store.confirm(cancelled)).isEqualTo(hazard(Finding.CANCELLED));

        var confirmed = branch();
        store.reserve(confirmed, "A");
        store.confirm(confirmed);
        assertThat(store.cancel(confirmed)).isEqualTo(hazard(Finding.CONFIRMED));
        assertThat(store.hazards(lost) + store.hazards(cancelled) + store.hazards(confirmed))
                .isEqualTo(3);
    }

    @Test
    void claimsNothingOfATransactionFromBeforeItsMemory() {
        var old = branchFrom(Instant.now().minus(Duration.ofDays(8)));
        assertThat(refusalOf(store.reserve(old, "A"))).isEqualTo("transaction-too-old");
        assertThat(store.confirm(old)).isEqualTo(hazard(Finding.FORGOTTEN));
        assertThat(store.cancel(old)).isEqualTo(DONE);
        assertThat(store.hazards(old)).isZero();
        assertThat(store.rows(old)).isEmpty();
    }

    // Races.

    @Test
    void waitsForATryThatIsUnderWayBeforeItCancels() throws Exception {
        var branch = branch();
        var gate = new Gate();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var trying = threads.submit(() -> store.reserve(branch, ENOUGH, work -> {
                store.hold(work, "A");
                gate.pass();
                return true;
            }));
            gate.awaitReached();
            assertThat(store.cancel(branch))
                    .isEqualTo(new LocalAnswer.AskAgain<Settlement>(true, "the branch is still being worked on"));
            assertThat(store.reserve(branch, Duration.ofSeconds(3), work -> store.hold(work, "A")))
                    .isEqualTo(new LocalAnswer.AskAgain<TryAnswer>(true, "the branch is still being worked on"));
            var cancelling = threads.submit(() -> store.cancel(branch));
            gate.open();
            assertThat(given(trying.get())).isInstanceOf(TryAnswer.Reserved.class);
            assertThat(cancelling.get()).isEqualTo(DONE);
        }
        assertThat(store.free("A")).isEqualTo(10);
    }

    @Test
    void endsEveryRaceOfTryAndCancelWithNothingReserved() throws Exception {
        try (var other = new Store(database);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 30; round++) {
                var branch = branch();
                Callable<Object> trying = () -> store.reserve(branch, "A");
                Callable<Object> cancelling = () -> other.cancel(branch);
                for (var running : threads.invokeAll(
                        round % 2 == 0
                                ? List.of(trying, cancelling, trying)
                                : List.of(cancelling, trying, cancelling))) {
                    running.get();
                }
                assertThat(store.cancel(branch)).isEqualTo(DONE);
                assertThat(store.free("A")).isEqualTo(10);
            }
        }
    }

    @Test
    void confirmsOnceHoweverManyAskAtOnce() throws Exception {
        var branch = branch();
        store.reserve(branch, "A");
        try (var other = new Store(database);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var asking = new ArrayList<Callable<LocalAnswer<Settlement>>>();
            for (int i = 0; i < 6; i++) {
                var executor = i % 2 == 0 ? store : other;
                asking.add(() -> executor.confirm(branch));
            }
            for (var answer : threads.invokeAll(asking)) {
                assertThat(answer.get()).isEqualTo(DONE);
            }
        }
        assertThat(store.sold(branch)).isEqualTo(1);
        assertThat(store.free("A")).isEqualTo(9);
    }

    @Test
    void asksAgainWhenTheDatabaseIsAwayAndKeepsWhatWasReserved() {
        var branch = branch();
        store.reserve(branch, "A");
        database.postgres().stopImmediately();
        try (var _ = new AutoStart(database)) {
            assertThat(store.confirm(branch)).isInstanceOf(LocalAnswer.AskAgain.class);
        }
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(store.confirm(branch)).isEqualTo(DONE));
        assertThat(store.sold(branch)).isEqualTo(1);
    }

    /// Starts the server again, whatever happens.
    private record AutoStart(TestDatabase database) implements AutoCloseable {
        @Override
        public void close() {
            database.postgres().start();
        }
    }

    private static LocalAnswer<TryAnswer> reserved(Duration holds) {
        return new LocalAnswer.Given<>(new TryAnswer.Reserved(holds));
    }

    private static LocalAnswer<Settlement> hazard(Finding finding) {
        return new LocalAnswer.Given<>(new Settlement.Hazard(finding));
    }

    private static TryAnswer given(LocalAnswer<TryAnswer> answer) {
        return switch (answer) {
            case LocalAnswer.Given(var what) -> what;
            case LocalAnswer.AskAgain<?> again -> throw new AssertionError(again);
        };
    }

    private static String refusalOf(LocalAnswer<TryAnswer> answer) {
        return given(answer) instanceof TryAnswer.Refused(var refusal) ? refusal.code() : "not refused: " + answer;
    }
}
