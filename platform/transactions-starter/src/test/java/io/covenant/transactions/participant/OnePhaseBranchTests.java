package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.onephase.OnePhaseAttempts;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/// The only branch of a transaction, on a real database.
@RealPostgres
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class OnePhaseBranchTests {

    private final Shelf shelf;
    private final BranchExecutor executor;
    private BranchId branch = branch();

    OnePhaseBranchTests(TestDatabase database) {
        this.shelf = new Shelf(database);
        this.executor = shelf.executor();
    }

    private static BranchId branch() {
        var random = UUID.randomUUID();
        var id = new UUID(System.currentTimeMillis() << 16 | 0x8000, random.getLeastSignificantBits());
        return new BranchId(new TransactionId(id), OnePhaseAttempts.only(), "shelf");
    }

    @BeforeEach
    void fill() {
        branch = branch();
        shelf.with("A", 3);
    }

    @AfterAll
    void close() {
        shelf.close();
    }

    private PrepareAnswer take() {
        return executor.commitInOnePhase(branch, "take", ENOUGH, _ -> shelf.take("A", 1));
    }

    @Test
    void commitsAtOnce() {
        assertThat(take()).isEqualTo(new PrepareAnswer.Voted(new Vote.Yes()));

        assertThat(shelf.onHand("A")).isEqualTo(2);
        assertThat(shelf.barrier(branch)).isEqualTo("WORK");
        assertThat(shelf.isPrepared(branch)).isFalse();
    }

    @Test
    void doesTheWorkOnceHoweverOftenItIsAsked() {
        take();

        assertThat(take()).isEqualTo(new PrepareAnswer.Voted(new Vote.Yes()));
        assertThat(shelf.onHand("A")).isEqualTo(2);
    }

    @Test
    void saysThatItHasCommittedWhenItSettles() {
        take();

        assertThat(executor.settle(branch)).isEqualTo(new FinishAnswer.Committed());
        assertThat(shelf.hazards(branch)).isZero();
        assertThat(shelf.onHand("A")).isEqualTo(2);
    }

    @Test
    void neverCommitsOnceItHasSettled() {
        assertThat(executor.settle(branch)).isEqualTo(new FinishAnswer.Done());
        assertThat(executor.settle(branch)).isEqualTo(new FinishAnswer.Done());

        assertThat(take())
                .isInstanceOfSatisfying(
                        PrepareAnswer.Voted.class,
                        answer -> assertThat(answer.vote()).isInstanceOf(Vote.No.class));
        assertThat(shelf.onHand("A")).isEqualTo(3);
    }

    @Test
    void leavesNothingWhenItRefuses() {
        var answer = executor.commitInOnePhase(branch, "take", ENOUGH, _ -> shelf.take("A", 4));

        assertThat(answer)
                .isInstanceOfSatisfying(
                        PrepareAnswer.Voted.class,
                        voted -> assertThat(voted.vote()).isInstanceOf(Vote.No.class));
        assertThat(shelf.onHand("A")).isEqualTo(3);
        assertThat(shelf.barrier(branch)).isNull();
        assertThat(executor.settle(branch)).isEqualTo(new FinishAnswer.Done());
    }

    @Test
    void refusesWorkWhoseErrorWasNotPassedOn() {
        var answer = executor.commitInOnePhase(branch, "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            try {
                shelf.jdbc().execute("select no_such_column");
            } catch (RuntimeException ignored) {
                // as a careless method would
            }
        });

        assertThat(answer)
                .isInstanceOfSatisfying(
                        PrepareAnswer.Voted.class,
                        voted -> assertThat(voted.vote()).isInstanceOf(Vote.No.class));
        assertThat(shelf.onHand("A")).isEqualTo(3);
        assertThat(executor.settle(branch)).isEqualTo(new FinishAnswer.Done());
    }

    @Test
    void refusesWhatAConstraintRefusesAtTheCommit() {
        shelf.jdbcOutside().update("insert into slot values (1)");

        var answer = executor.commitInOnePhase(
                branch, "take", ENOUGH, _ -> shelf.jdbc().update("insert into slot values (1)"));

        assertThat(answer)
                .isInstanceOfSatisfying(
                        PrepareAnswer.Voted.class,
                        voted -> assertThat(voted.vote()).isInstanceOf(Vote.No.class));
        assertThat(executor.settle(branch)).isEqualTo(new FinishAnswer.Done());
        shelf.jdbcOutside().update("delete from slot");
    }

    @Test
    void neverBothCommitsAndSaysThatItNeverWill() throws Exception {
        var working = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = threads.submit(() -> executor.commitInOnePhase(branch, "take", ENOUGH, _ -> {
                shelf.take("A", 1);
                working.countDown();
                shelf.jdbc().execute("select pg_sleep(0.2)");
            }));
            working.await();
            await().until(() -> !(executor.settle(branch) instanceof FinishAnswer.Unknown));
            var answer = work.get();

            boolean committed = answer.equals(new PrepareAnswer.Voted(new Vote.Yes()));
            assertThat(executor.settle(branch))
                    .isEqualTo(committed ? new FinishAnswer.Committed() : new FinishAnswer.Done());
            assertThat(shelf.onHand("A")).isEqualTo(committed ? 2 : 3);
        }
    }
}
