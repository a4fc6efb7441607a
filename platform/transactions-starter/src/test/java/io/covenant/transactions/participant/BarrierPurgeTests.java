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
class BarrierPurgeTests {

    private final Shelf shelf;

    BarrierPurgeTests(TestDatabase database) {
        shelf = new Shelf(database);
    }

    @AfterEach
    void close() {
        shelf.close();
    }

    @Test
    void deletesInBatchesWhatIsOlderThanTwiceTheRetention() {
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

        assertThat(new BarrierPurge(shelf.finishing(), Duration.ofDays(7), 10).purge())
                .isEqualTo(25);
        assertThat(shelf.jdbcOutside().queryForObject("select count(*) from branch_barrier", Integer.class))
                .isEqualTo(6);
        assertThat(shelf.barrier(branch)).isEqualTo("WORK");
    }
}
