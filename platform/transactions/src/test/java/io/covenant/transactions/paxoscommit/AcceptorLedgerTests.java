package io.covenant.transactions.paxoscommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.AcceptorLedger.Kept;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AcceptorLedgerTests {

    private static final Ballot BALLOT = Samples.ballot(1, "p");
    private static final TransactionId OLD = Samples.idBornAt(1_000, 1);
    private static final TransactionId NEW = Samples.idBornAt(2_000, 2);

    private final AcceptorLedger ledger = new AcceptorLedger();

    @Test
    void forcesOneRecordForAllVotesOfATransaction() {
        var first = ledger.on(OLD, new Request.Cast(BALLOT, Samples.PLAN, Samples.A));
        var last = ledger.on(OLD, new Request.Cast(BALLOT, Samples.PLAN, Samples.B));

        assertThat(first.kept()).isEmpty();
        assertThat(first.report()).isEmpty();
        assertThat(last.forced()).isTrue();
        assertThat(last.kept()).isPresent();
        assertThat(last.report()).contains(new Reply.Took(BALLOT, Samples.COMMIT));
    }

    @Test
    void forgetsWhatHasEnded() {
        close(OLD, true);
        close(NEW, true);

        assertThat(ledger.forgetBefore(2_000)).contains(new Kept.Horizon(2_000));
        assertThat(ledger.size()).isEqualTo(1);
    }

    @Test
    void takesNothingThatIsForgotten() {
        close(OLD, true);
        ledger.forgetBefore(2_000);

        var cast = ledger.on(OLD, new Request.Cast(BALLOT, Samples.PLAN, Samples.A));
        var never = ledger.on(Samples.idBornAt(1_999, 9), new Request.Claim(BALLOT));

        assertThat(cast.answer()).contains(new Reply.Forgotten());
        assertThat(never.answer()).contains(new Reply.Forgotten());
        assertThat(ledger.on(OLD, new Request.Close(Samples.COMMIT, true)).answer())
                .isEmpty();
        assertThat(ledger.size()).isZero();
    }

    @Test
    void forgetsNothingFromTheFirstOnThatHasNotEnded() {
        close(OLD, false);
        close(NEW, true);

        assertThat(ledger.forgetBefore(3_000)).contains(new Kept.Horizon(1_000));
        assertThat(ledger.size()).isEqualTo(2);
        assertThat(ledger.unfinished(10)).containsExactly(OLD);
        assertThat(ledger.forgetBefore(3_000)).isEmpty();
    }

    @Test
    void dropsWhatAMajorityHasForgotten() {
        ledger.on(OLD, new Request.Claim(BALLOT));

        ledger.on(OLD, new Request.Drop());

        assertThat(ledger.unfinished(10)).isEmpty();
        assertThat(ledger.forgetBefore(3_000)).contains(new Kept.Horizon(3_000));
        assertThat(ledger.size()).isZero();
    }

    /// With a promise or a verdict that is gone, a vote of the ballot that it was against would be taken once more; it
    /// may lack just this one acceptor.
    @Test
    void takesNothingThatItDropped() {
        ledger.on(OLD, new Request.Claim(BALLOT));
        close(NEW, false);

        ledger.on(OLD, new Request.Drop());
        ledger.on(NEW, new Request.Drop());

        var vote = new Request.Cast(Samples.ballot(0, "q"), Samples.PLAN, Samples.A);
        assertThat(ledger.on(OLD, vote).answer()).contains(new Reply.Forgotten());
        assertThat(ledger.on(NEW, vote).answer()).contains(new Reply.Closed(Samples.COMMIT, true));
        assertThat(ledger.on(NEW, vote).kept()).isEmpty();
        assertThat(ledger.unfinished(10)).isEmpty();
    }

    @Test
    void isTheSameAfterARestart() {
        close(OLD, true);
        ledger.forgetBefore(1_500);
        ledger.on(NEW, new Request.Claim(BALLOT));
        var records = new ArrayList<Kept>();
        ledger.describe(records::add);

        var restarted = new AcceptorLedger();
        records.forEach(restarted::restore);

        assertThat(restarted.horizonMillis()).isEqualTo(1_500);
        assertThat(restarted.state(NEW)).isEqualTo(new PaxosAcceptor.State.Open(BALLOT, Optional.empty()));
        assertThat(restarted.size()).isEqualTo(1);
    }

    @Test
    void refusesAnIdThatDoesNotTellItsAge() {
        var random = new TransactionId(UUID.fromString("b0a5f8ee-51b0-4d0c-8f63-3f0a5b6c7d8e"));

        assertThatThrownBy(() -> ledger.on(random, new Request.Claim(BALLOT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version 7");
    }

    private void close(TransactionId id, boolean ended) {
        ledger.on(id, new Request.Close(Samples.COMMIT, ended));
    }
}
