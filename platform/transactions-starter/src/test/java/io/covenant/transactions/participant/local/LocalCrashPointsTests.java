package io.covenant.transactions.participant.local;

import static io.covenant.transactions.participant.local.Store.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.tcc.Settlement;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What another instance finds, and makes of it, wherever a participant has died on a branch.
@RealPostgres
@Timeout(60)
class LocalCrashPointsTests {

    private static final LocalAnswer<Settlement> DONE = new LocalAnswer.Given<>(new Settlement.Done());

    private final TestDatabase database;
    private final Store other;

    LocalCrashPointsTests(TestDatabase database) {
        this.database = database;
        other = new Store(database);
    }

    @BeforeEach
    void fill() {
        other.with("A", 10);
    }

    @AfterEach
    void close() {
        other.close();
    }

    /// Dies with the connections that it has.
    private static final class Death extends Error {
        Death() {
            super("dead");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"C3_BARRIER_INSERTED", "C2_BRANCH_EXECUTED"})
    void reservesNothingWhenItDiesBeforeTheCommitOfATry(CrashPoint point) {
        var branch = branch();
        dyingAt(point, 1, store -> store.reserve(branch, "A"));

        assertThat(other.rows(branch)).isEmpty();
        assertThat(other.free("A")).isEqualTo(10);
        assertThat(other.cancel(branch)).isEqualTo(DONE);
        assertThat(other.free("A")).isEqualTo(10);
    }

    @Test
    void keepsWhatIsReservedWhenItDiesBeforeItSaysSo() {
        var branch = branch();
        dyingAt(CrashPoint.C9_COMMITTED_BEFORE_ACK, 1, store -> store.reserve(branch, "A"));

        assertThat(other.held(branch)).isEqualTo(1);
        other.reserve(branch, "A");
        assertThat(other.free("A")).isEqualTo(9);
        assertThat(other.confirm(branch)).isEqualTo(DONE);
        assertThat(other.sold(branch)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"C3_BARRIER_INSERTED", "C2_BRANCH_EXECUTED", "C9_COMMITTED_BEFORE_ACK"})
    void confirmsOnceWhereverItDies(CrashPoint point) {
        var branch = branch();
        other.reserve(branch, "A");
        dyingAt(point, 1, store -> store.confirm(branch));

        assertThat(other.confirm(branch)).isEqualTo(DONE);
        assertThat(other.sold(branch)).isEqualTo(1);
        assertThat(other.free("A")).isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource(names = {"C3_BARRIER_INSERTED", "C2_BRANCH_EXECUTED", "C9_COMMITTED_BEFORE_ACK"})
    void cancelsOnceWhereverItDies(CrashPoint point) {
        var branch = branch();
        other.reserve(branch, "A");
        dyingAt(point, 1, store -> store.cancel(branch));

        assertThat(other.cancel(branch)).isEqualTo(DONE);
        assertThat(other.free("A")).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource(names = {"C3_BARRIER_INSERTED", "C2_BRANCH_EXECUTED", "C9_COMMITTED_BEFORE_ACK"})
    void takesAndCompensatesAStepOnceWhereverItDies(CrashPoint point) {
        var step = branch();
        dyingAt(point, 1, store -> store.act(step, "A"));
        other.act(step, "A");
        assertThat(other.free("A")).isEqualTo(9);

        dyingAt(point, 1, store -> store.undo(step));
        other.undo(step);
        assertThat(other.free("A")).isEqualTo(10);
        assertThat(other.sold(step)).isZero();
    }

    @Test
    void leavesNoHalfFenceWhenItDiesOnOne() {
        BranchId branch = branch();
        dyingAt(CrashPoint.C9_COMMITTED_BEFORE_ACK, 1, store -> store.cancel(branch));
        assertThat(other.rows(branch)).containsExactly("FENCE", "CANCEL");
    }

    private void dyingAt(CrashPoint point, int passing, Consumer<Store> work) {
        var armed = CrashPoints.armed(point.name() + ":" + passing, () -> {
            throw new Death();
        });
        try (var dying = new Store(database, LocalLimits.defaults(), armed)) {
            assertThatThrownBy(() -> work.accept(dying)).isInstanceOf(Death.class);
        }
    }
}
