package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.Plans;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.SettleReply.Settled;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TellerTests implements Participants, Teller.Listener {

    private final Executor workers = Thread::startVirtualThread;
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Teller teller = new Teller(
            this,
            workers,
            timers,
            new Backoff(Duration.ofMillis(20), Duration.ofMillis(200), new Random(1)),
            TransactionSettings.defaults());

    private final List<List<BranchId>> requests = new CopyOnWriteArrayList<>();
    private final List<BranchId> told = new CopyOnWriteArrayList<>();
    private final List<BranchId> unheard = new CopyOnWriteArrayList<>();
    private volatile Function<List<BranchId>, FinishAnswer> service = TellerTests::done;

    @AfterEach
    void close() {
        teller.close();
        timers.shutdownNow();
    }

    @Test
    void tellsALoneDecisionAtOnce() {
        var branch = branch();

        teller.tell("orders", branch, Finish.COMMIT, this);

        await().until(() -> told.equals(List.of(branch)));
        assertThat(requests).containsExactly(List.of(branch));
    }

    @Test
    void tellsTogetherWhatCameWhileTheServiceWasBusy() {
        var busy = new CountDownLatch(1);
        service = branches -> {
            awaitQuietly(busy);
            return done(branches);
        };
        for (int i = 0; i < 100; i++) {
            teller.tell("orders", branch(), Finish.COMMIT, this);
        }
        await().until(() -> requests.size() == 2);
        busy.countDown();

        await().until(() -> told.size() == 100);
        assertThat(requests).hasSizeLessThanOrEqualTo(4);
        assertThat(requests.getFirst()).hasSize(1);
    }

    @Test
    void tellsABranchOnceAtATime() {
        var busy = new CountDownLatch(1);
        service = branches -> {
            awaitQuietly(busy);
            return done(branches);
        };
        var branch = branch();
        for (int i = 0; i < 10; i++) {
            teller.tell("orders", branch, Finish.COMMIT, this);
        }
        busy.countDown();
        await().until(() -> told.size() == 1);
        assertThat(requests).hasSize(1);

        teller.tell("orders", branch, Finish.COMMIT, this);

        await().until(() -> told.size() == 2);
    }

    @Test
    void tellsOutcomesTogetherAsWell() {
        var busy = new CountDownLatch(1);
        service = branches -> {
            awaitQuietly(busy);
            return done(branches);
        };
        for (int i = 0; i < 50; i++) {
            var branch = branch();
            teller.tell("orders", branch, Outcome.commit(Set.of(branch)), this);
            teller.tell("orders", branch(), Outcome.commit(Set.of(branch)), this); // it only read
        }
        await().until(() -> requests.size() == 2);
        busy.countDown();

        await().until(() -> told.size() == 100);
        assertThat(requests).hasSizeLessThanOrEqualTo(5);
    }

    /// A service of which commits never cease.
    @Test
    void letsNoRollbackWaitForAllCommits() {
        var rolledBack = branch();
        service = branches -> {
            if (!told.contains(rolledBack)) {
                teller.tell("orders", branch(), Finish.COMMIT, this);
                teller.tell("orders", branch(), Finish.COMMIT, this);
            }
            return done(branches);
        };
        for (int i = 0; i < 10; i++) {
            teller.tell("orders", branch(), Finish.COMMIT, this);
        }
        teller.tell("orders", rolledBack, Finish.ABORT, this);

        await().until(() -> told.contains(rolledBack));
    }

    @Test
    void doesNotHammerAServiceThatIsAway() {
        service = _ -> new FinishAnswer.Unanswered("connection refused");
        long began = System.nanoTime();
        for (int i = 0; i < 500; i++) {
            teller.tell("orders", branch(), Finish.COMMIT, this);
        }
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);

        int asked = requests.size();
        double seconds = (System.nanoTime() - began) / 1e9;
        assertThat((double) asked)
                .as("in %.2f s, with pauses of up to 200 ms", seconds)
                .isLessThan(30 * seconds);
        service = TellerTests::done;
        await().until(() -> told.size() == 500);
        assertThat(unheard).isNotEmpty();
    }

    @Test
    void tellsAgainWhomTheAnswerLeftOut() {
        var first = branch();
        var second = branch();
        service = branches -> new FinishAnswer.Answered(branches.stream()
                .filter(branch -> !branch.equals(second) || requests.size() > 4)
                .map(branch -> Settled.done(branch.gid()))
                .toList());

        teller.tell("orders", first, Finish.ABORT, this);
        teller.tell("orders", second, Finish.ABORT, this);

        await().until(() -> told.contains(first) && told.contains(second));
    }

    @Test
    void keepsServicesApart() {
        service = branches ->
                branches.getFirst().name().equals("away") ? new FinishAnswer.Unanswered("away") : done(branches);
        teller.tell("inventory", new BranchId(Plans.id(), new Attempt(1), "away"), Finish.COMMIT, this);
        for (int i = 0; i < 50; i++) {
            teller.tell("orders", branch(), Finish.COMMIT, this);
        }
        await().until(() -> told.size() == 50);
    }

    private static FinishAnswer done(List<BranchId> branches) {
        return new FinishAnswer.Answered(
                branches.stream().map(branch -> Settled.done(branch.gid())).toList());
    }

    private static BranchId branch() {
        return new BranchId(Plans.id(), new Attempt(1), "orders");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean knows(String name) {
        return true;
    }

    @Override
    public PrepareAnswer prepare(Preparation preparation) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SagaAnswer step(StepCall call) {
        throw new AssertionError("not asked");
    }

    @Override
    public SiteAnswer ask(String name, BranchId branch, Request request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FinishAnswer tell(String name, Finish how, Map<BranchId, Outcome> outcomes) {
        outcomes.forEach((branch, outcome) ->
                assertThat(how.decision()).as("of %s", branch).isEqualTo(outcome.decisionFor(branch)));
        return finish(name, how, List.copyOf(outcomes.keySet()));
    }

    @Override
    public FinishAnswer finish(String name, Finish how, List<BranchId> branches) {
        requests.add(branches);
        return service.apply(branches);
    }

    @Override
    public void told(BranchId branch, Settled answer) {
        told.add(branch);
    }

    @Override
    public void unheard(BranchId branch, String reason) {
        unheard.add(branch);
    }
}
