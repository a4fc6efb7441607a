package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.BranchExecutorTests.refusalOf;
import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.launcher.postgres.PostgresBinaries;
import io.covenant.launcher.postgres.PostgresSettings;
import io.covenant.launcher.postgres.TemporaryPostgres;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.participant.sample.SampleService;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Databases that cannot hold branches, and what the service says about them.
@RealPostgres
@Timeout(120)
class RehearsalTests {

    private final TestDatabase database;
    private final Shelf shelf;

    RehearsalTests(TestDatabase database) {
        this.database = database;
        shelf = new Shelf(database);
    }

    @AfterEach
    void close() {
        shelf.close();
    }

    @Test
    void preparesAndRollsBackForReal() throws SQLException {
        assertThat(new Rehearsal(shelf.finishing()).run()).isEqualTo(200);
        assertThat(database.prepared()).isEmpty();
        assertThat(shelf.jdbcOutside()
                        .queryForObject(
                                "select count(*) from branch_barrier where gid like 'cov1-rehearsal%'", Integer.class))
                .isZero();
    }

    @Test
    void namesTheSettingWhenThereAreTooFewSlots() {
        var few = PostgresSettings.durable().with("max_prepared_transactions", "5");
        try (var server = TemporaryPostgres.start(PostgresBinaries.unpacked(), few)) {
            assertThatExceptionOfType(ParticipantMisconfiguredException.class)
                    .isThrownBy(() -> new Rehearsal(server.server().superuser("postgres")).run())
                    .satisfies(wrong -> {
                        assertThat(wrong.problem()).contains("5 prepared transactions");
                        assertThat(wrong.fix())
                                .contains("max_prepared_transactions")
                                .contains("restart");
                    });
        }
    }

    @Test
    void namesTheMissingTables(@DatabaseOf("empty") TestDatabase empty) {
        assertThatExceptionOfType(ParticipantMisconfiguredException.class)
                .isThrownBy(() -> new Rehearsal(empty.runtime()).run())
                .satisfies(wrong -> assertThat(wrong.fix()).contains("db/transactions"));
    }

    @Test
    void namesTheMissingRight(@DatabaseOf("guarded") TestDatabase guarded) {
        try (var other = new Shelf(guarded)) {
            other.jdbcOutside().execute("revoke insert on branch_barrier from " + guarded.runtimeUsername());
            assertThatExceptionOfType(ParticipantMisconfiguredException.class)
                    .isThrownBy(() -> new Rehearsal(guarded.runtime()).run())
                    .satisfies(wrong -> assertThat(wrong.fix()).contains("Grant"));
        }
    }

    @Test
    void endsTheStartOfAServiceWithoutTables(@DatabaseOf("empty") TestDatabase empty) {
        assertThatThrownBy(() -> SampleService.start(empty, "spring.flyway.enabled=false")
                        .close())
                .hasStackTraceContaining("branch_barrier and branch_hazard are missing");
    }

    @Test
    void tellsTheFixInsteadOfAStackTrace() {
        var analysis = new ParticipantMisconfiguredAnalyzer()
                .analyze(
                        new IllegalStateException(),
                        new ParticipantMisconfiguredException("It is broken.", "Mend it."));
        assertThat(analysis.getDescription()).isEqualTo("It is broken.");
        assertThat(analysis.getAction()).isEqualTo("Mend it.");
    }

    /// Uses up every slot of the server.
    @Test
    void votesNoNamingTheSettingWhenAllSlotsAreTaken() {
        shelf.with("A", 10);
        int free = 200 - new PreparedTransactions(shelf.finishing()).look().slotsUsed();
        for (int i = 0; i < free; i++) {
            shelf.jdbc()
                    .execute("begin; insert into item values ('slot-%d', 1); prepare transaction 'slot-%d'"
                            .formatted(i, i));
        }

        var answer = shelf.executor().prepare(branch(), "take", ENOUGH, _ -> shelf.take("A", 1));

        assertThat(refusalOf(answer).code()).isEqualTo("no-prepared-transaction-slot");
        assertThat(refusalOf(answer).parameters()).containsEntry("setting", "max_prepared_transactions");
        database.rollbackPrepared();
        assertThat(shelf.prepareTaking(branch(), "A")).isEqualTo(BranchExecutorTests.yes());
    }
}
