package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Decision;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(60)
class BranchPurgeTests {

    private final Shelf shelf;

    BranchPurgeTests(TestDatabase database) {
        shelf = new Shelf(database);
    }

    @AfterEach
    void close() {
        shelf.close();
    }

    private BranchPurge purge() {
        return new BranchPurge(shelf.finishing(), Duration.ofDays(14), Duration.ofDays(30), 10);
    }

    @Test
    void deletesBarrierRowsInBatchesWhenTheyAreOld() {
        shelf.jdbcOutside().update("""
                insert into branch_barrier (gid, kind, transaction_id, at)
                select 'old-' || n, 'WORK', gen_random_uuid(), now() - interval '15 days' from generate_series(1, 25) n
                """);
        shelf.jdbcOutside().update("""
                insert into branch_barrier (gid, kind, transaction_id, at)
                select 'young-' || n, 'FENCE', gen_random_uuid(), now() - interval '13 days' from generate_series(1, 5) n
                """);
        var branch = branch();
        shelf.with("A", 1).prepareTaking(branch, "A");
        shelf.executor().finish(branch, Decision.COMMIT);

        assertThat(purge().purge()).isEqualTo(25);
        assertThat(shelf.jdbcOutside()
                        .queryForObject("select count(*) from branch_barrier where gid like 'young-%'", Integer.class))
                .isEqualTo(5);
        assertThat(shelf.barrier(branch)).isEqualTo("WORK");
    }

    @Test
    void forgetsHazardsInBatchesWhenTheyAreOldAndNeverAYoungOne() {
        shelf.jdbcOutside().update("""
                insert into branch_hazard (gid, transaction_id, decision, detail, at)
                select 'old-' || n, gen_random_uuid(), 'COMMIT', 'lost', now() - interval '31 days' from generate_series(1, 20) n
                union all
                select 'young-' || n, gen_random_uuid(), 'COMMIT', 'lost', now() - interval '29 days' from generate_series(1, 3) n
                """);
        var lost = branch();
        shelf.executor().finish(lost, Decision.COMMIT);

        assertThat(purge().purge()).isEqualTo(20);
        assertThat(purge().purge()).isZero();
        assertThat(shelf.jdbcOutside().queryForList("select gid from branch_hazard", String.class))
                .containsExactlyInAnyOrder("young-1", "young-2", "young-3", lost.gid());
        assertThat(shelf.hazards(lost)).isEqualTo(1);
    }

    @Test
    void leavesTheRowOfABranchThatIsPrepared() {
        var branch = branch();
        shelf.with("B", 1).prepareTaking(branch, "B");

        new BranchPurge(shelf.finishing(), Duration.ZERO, Duration.ofDays(30), 10).purge();

        assertThat(shelf.executor().finish(branch, Decision.COMMIT)).isInstanceOf(FinishAnswer.Done.class);
        assertThat(shelf.barrier(branch)).isEqualTo("WORK");
    }
}
