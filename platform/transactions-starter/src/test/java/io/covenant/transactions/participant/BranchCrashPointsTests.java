package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the database holds at each place where a participant may die.
@RealPostgres
@Timeout(60)
class BranchCrashPointsTests {

    private final TestDatabase database;
    private final Shelf eyes;
    private final BranchId branch = branch();
    private final AtomicReference<Seen> seen = new AtomicReference<>();

    record Seen(boolean barrierInserted, boolean worked, boolean prepared, boolean committed) {}

    BranchCrashPointsTests(TestDatabase database) {
        this.database = database;
        eyes = new Shelf(database);
    }

    @AfterEach
    void close() {
        eyes.close();
    }

    @Test
    void dieWithNothingButTheBarrierRow() {
        assertThat(seenAt(CrashPoint.C3_BARRIER_INSERTED)).isEqualTo(new Seen(true, false, false, false));
    }

    @Test
    void dieWhenTheWorkIsDone() {
        assertThat(seenAt(CrashPoint.C2_BRANCH_EXECUTED)).isEqualTo(new Seen(true, true, false, false));
    }

    @Test
    void dieBeforeThePrepare() {
        assertThat(seenAt(CrashPoint.C4_BEFORE_PREPARE)).isEqualTo(new Seen(true, true, false, false));
    }

    @Test
    void dieBeforeTheVote() {
        assertThat(seenAt(CrashPoint.C5_PREPARED)).isEqualTo(new Seen(true, true, true, false));
    }

    @Test
    void dieBeforeTheAcknowledgement() {
        assertThat(seenAt(CrashPoint.C9_COMMITTED_BEFORE_ACK)).isEqualTo(new Seen(true, true, false, true));
    }

    private Seen seenAt(CrashPoint point) {
        eyes.with("A", 10);
        var armed = CrashPoints.armed(point.name(), this::look);
        try (var dying = new Shelf(database, BranchLimits.defaults(), armed, 2, true)) {
            dying.prepareTaking(branch, "A");
            dying.executor().finish(branch, Decision.COMMIT);
        }
        return seen.get();
    }

    /// On another thread, because what this one uses would be part of the branch.
    private void look() {
        var looking = Thread.ofPlatform()
                .start(() -> seen.set(new Seen(
                        isLocked("branch_barrier"), isLocked("item"), eyes.isPrepared(branch), eyes.onHand("A") == 9)));
        try {
            looking.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Whether somebody has written to the table: in a transaction under way, or prepared, or committed.
    private boolean isLocked(String table) {
        var writers = eyes.jdbcOutside()
                .queryForObject(
                        "select count(*) from pg_locks where relation = ?::regclass and mode = 'RowExclusiveLock'",
                        Integer.class,
                        table);
        return (writers != null && writers > 0) || eyes.onHand("A") == 9;
    }
}
