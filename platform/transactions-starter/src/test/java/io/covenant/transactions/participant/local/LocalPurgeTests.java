package io.covenant.transactions.participant.local;

import static io.covenant.transactions.participant.local.Store.branch;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.tcc.Settlement.Finding;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(60)
class LocalPurgeTests {

    private final Store store;

    LocalPurgeTests(TestDatabase database) {
        store = new Store(database);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void deletesWhatIsOverAndOldAndNothingElse() {
        store.with("A", 10);
        var settled = branch();
        store.reserve(settled, "A");
        store.confirm(settled);
        var undone = branch();
        store.act(undone, "A");
        store.undo(undone);
        var done = branch();
        store.act(done, "A");
        var reserved = branch();
        store.reserve(reserved, "A");
        var accepted = branch();
        store.executor().act(accepted, "take", true, _ -> {});
        var undoneUnreported = branch();
        store.executor().act(undoneUnreported, "take", true, _ -> {});
        store.undo(undoneUnreported);
        store.outside().update("update branch_local set at = now() - interval '15 days'");
        var young = branch();
        store.act(young, "A");

        assertThat(new LocalPurge(store.beside(), Duration.ofDays(14), 2).purge())
                .isEqualTo(7);

        assertThat(store.rows(settled)).isEmpty();
        assertThat(store.rows(undone)).isEmpty();
        assertThat(store.rows(done)).isEmpty();
        assertThat(store.rows(undoneUnreported)).isEmpty();
        assertThat(store.rows(reserved)).containsExactly("WORK");
        assertThat(store.rows(accepted)).containsExactly("ACCEPTED");
        assertThat(store.rows(young)).containsExactly("WORK");
        assertThat(store.confirm(reserved)).isEqualTo(new LocalAnswer.Given<Settlement>(new Settlement.Done()));
    }

    @Test
    void takesALateConfirmationForWhatItMayBe() {
        store.with("A", 10);
        var old = Store.branchFrom(Instant.now().minus(Duration.ofDays(15)));
        store.outside()
                .update(
                        """
                insert into branch_local (gid, op, kind, transaction_id, operation, at)
                values (?, 'WORK', 'WORK', ?, 'take', now() - interval '15 days'),
                       (?, 'END', 'CONFIRM', ?, null, now() - interval '15 days')
                """,
                        old.gid(),
                        old.transaction().value(),
                        old.gid(),
                        old.transaction().value());
        assertThat(store.confirm(old)).isEqualTo(new LocalAnswer.Given<Settlement>(new Settlement.Done()));

        new LocalPurge(store.beside(), Duration.ofDays(14), 100).purge();

        assertThat(store.confirm(old))
                .isEqualTo(new LocalAnswer.Given<Settlement>(new Settlement.Hazard(Finding.FORGOTTEN)));
        assertThat(store.hazards(old)).isZero();
    }
}
