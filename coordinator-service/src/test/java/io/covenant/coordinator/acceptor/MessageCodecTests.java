package io.covenant.coordinator.acceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.transactions.paxoscommit.Accepted;
import io.covenant.transactions.paxoscommit.AcceptorLedger.Kept;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.Outcome;
import io.covenant.transactions.paxoscommit.PaxosAcceptor.State;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MessageCodecTests {

    private static final Ballot ONE = new Ballot(0, "coordinator-1", Long.MIN_VALUE);
    private static final Ballot TWO = new Ballot(3, "coordinator-2", 5);
    private static final Plan PLAN = AcceptorProcess.plan(AcceptorProcess.id(1));
    private static final Accepted VOTES =
            new Accepted.Votes(ONE, PLAN, new TreeSet<>(List.of(PLAN.branches().first())));
    private static final Accepted VERDICT = new Accepted.Verdict(TWO, Outcome.NOTHING);

    private static final List<Request> REQUESTS = List.of(
            new Request.Claim(ONE),
            new Request.Cast(ONE, PLAN, PLAN.branches().last()),
            new Request.Accept(TWO, Outcome.abort(PLAN)),
            new Request.Close(Outcome.commit(PLAN), true),
            new Request.Drop());

    private static final List<Reply> REPLIES = List.of(
            new Reply.Promised(ONE, Optional.of(VOTES)),
            new Reply.Promised(TWO, Optional.empty()),
            new Reply.Took(ONE, Outcome.commit(PLAN)),
            new Reply.Outbid(ONE, TWO),
            new Reply.Closed(Outcome.NOTHING, false),
            new Reply.Forgotten());

    private static final List<Kept> RECORDS = List.of(
            new Kept.Horizon(17),
            new Kept.Entry(AcceptorProcess.id(1), new State.Blank()),
            new Kept.Entry(AcceptorProcess.id(1), new State.Dropped()),
            new Kept.Entry(AcceptorProcess.id(1), new State.Open(TWO, Optional.of(VERDICT))),
            new Kept.Entry(AcceptorProcess.id(1), new State.Open(TWO, Optional.of(VOTES))),
            new Kept.Entry(AcceptorProcess.id(1), new State.Closed(Outcome.abort(PLAN), true)));

    @Test
    void readsWhatItWrote() {
        assertThat(REQUESTS)
                .allSatisfy(request -> assertThat(MessageCodec.request(MessageCodec.write(request)))
                        .isEqualTo(request));
        assertThat(REPLIES)
                .allSatisfy(reply -> assertThat(MessageCodec.reply(MessageCodec.write(reply)))
                        .isEqualTo(reply));
        assertThat(REQUESTS.stream().map(Object::getClass).distinct())
                .hasSize(Request.class.getPermittedSubclasses().length);
        assertThat(REPLIES.stream().map(Object::getClass).distinct())
                .hasSize(Reply.class.getPermittedSubclasses().length);
    }

    @Test
    void readsWhatItKept() {
        assertThat(RECORDS)
                .allSatisfy(kept ->
                        assertThat(KeptCodec.decode(KeptCodec.encode(kept))).isEqualTo(kept));
    }

    @Test
    void refusesWhatALaterProgramWrote() {
        byte[] kept = KeptCodec.encode(new Kept.Horizon(17));
        kept[0] = 2;
        assertThatThrownBy(() -> KeptCodec.decode(kept))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a record of version 2");

        byte[] message = Base64.getDecoder().decode(MessageCodec.write(new Request.Claim(ONE)));
        message[0] = 2;
        assertThatThrownBy(() -> MessageCodec.request(Base64.getEncoder().encodeToString(message)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a message of version 2");
    }

    @Test
    void refusesWhatWasCut() {
        byte[] message = Base64.getDecoder().decode(MessageCodec.write(new Request.Accept(TWO, Outcome.abort(PLAN))));
        var cut = Base64.getEncoder().encodeToString(Arrays.copyOf(message, message.length - 3));

        assertThatThrownBy(() -> MessageCodec.request(cut)).isInstanceOf(IllegalArgumentException.class);
    }
}
