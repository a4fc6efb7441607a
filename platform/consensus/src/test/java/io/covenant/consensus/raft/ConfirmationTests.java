package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConfirmationTests {

    private final Lab lab = Lab.of("a", "b", "c");

    @Test
    void confirmsWhatAMajoritySaidAfterwards() {
        var leader = lab.elect("a");
        leader.propose("x");
        lab.deliver();

        var ticket = leader.confirm();
        assertThat(leader.answer(ticket)).isNull();

        lab.deliver();
        assertThat(leader.answer(ticket)).isEqualTo(new Answer.Confirmed(1, 2));
    }

    @Test
    void confirmsTheOnlyVoterToItself() {
        var alone = Lab.of("a").elect("a");

        assertThat(alone.answer(alone.confirm())).isEqualTo(new Answer.Confirmed(1, 1));
    }

    /// The schedule on which Ratis 3.3.0 answers: a leader that is paused, replaced and resumed still
    /// remembers that everybody had acknowledged its log.
    @Test
    void takesNoOldAcknowledgementForAnAnswer() {
        var old = lab.elect("a");
        old.propose("v=3");
        lab.deliver().beat("a");
        lab.parting("a");
        var newer = lab.elect("b");
        newer.propose("v=102");
        lab.deliver();
        assertThat(newer.commands()).containsExactly("v=3", "v=102");

        var ticket = old.confirm();
        assertThat(old.raft.role()).isEqualTo(Role.LEADER);
        lab.deliver();
        assertThat(old.answer(ticket)).isNull();

        lab.healed();
        old.confirm();
        old.tick();
        lab.deliver();
        assertThat(old.answer(ticket)).isInstanceOf(Answer.NotLeader.class);
    }

    @Test
    void takesNoEchoOfAnEarlierRoundForAnAnswer() {
        var leader = lab.elect("a");
        var first = leader.confirm();
        var echoes = lab.network().stream().toList();
        lab.deliver();
        assertThat(leader.answer(first)).isInstanceOf(Answer.Confirmed.class);

        lab.parting("a");
        var second = leader.confirm();
        lab.deliver();
        echoes.forEach(echo -> leader.hear(
                new Input.Receive(new Envelope(Lab.GROUP, echo.to(), leader.id, new Message.Appended(1, 1, 1)))));

        assertThat(leader.answer(second)).isNull();
    }

    @Test
    void answersAllWhoWaitByOneRound() {
        var leader = lab.elect("a");
        lab.beat("a");
        var first = leader.confirm();
        leader.effects.clear();

        var second = leader.confirm();
        var third = leader.confirm();
        assertThat(leader.sent(Message.Append.class)).isEmpty();

        lab.deliver();
        assertThat(leader.answer(first)).isNotNull();
        assertThat(leader.answer(second)).isNotNull();
        assertThat(leader.answer(third)).isNotNull();
        assertThat(leader.sent(Message.Append.class)).hasSize(2);
    }

    @Test
    void waitsUntilAnEntryOfTheTermIsCommitted() {
        lab.elect("a").propose("x");
        lab.deliver();
        lab.parting("a");
        lab.losing(envelope -> envelope.message() instanceof Message.Append append
                && !append.entries().isEmpty());
        lab.stand("b");
        var leader = lab.peer("b");
        assertThat(leader.raft.role()).isEqualTo(Role.LEADER);

        var ticket = leader.confirm();
        lab.beat("b");
        assertThat(leader.answer(ticket)).isNull();

        lab.healed().beat("b");
        lab.beat("b");
        assertThat(leader.answer(ticket)).isEqualTo(new Answer.Confirmed(2, 3));
    }

    @Test
    void tellsAllWhoWaitWhenItStepsDown() {
        var leader = lab.elect("a");
        lab.parting("a");
        var first = leader.confirm();
        var second = leader.confirm();

        lab.pass(Duration.ofSeconds(2));
        leader.tick();

        assertThat(leader.answer(first)).isEqualTo(new Answer.NotLeader(null));
        assertThat(leader.answer(second)).isEqualTo(new Answer.NotLeader(null));
    }

    @Test
    void refusesToLetTooManyWait() {
        var leader = lab.elect("a");
        lab.parting("a");
        var last = 0L;
        for (var time = 0; time <= Lab.SETTINGS.maxConfirmations(); time++) {
            last = leader.confirm();
        }

        assertThat(leader.answer(last)).isEqualTo(new Answer.Overloaded());
    }

    @Test
    void countsNoLearners() {
        var leader = lab.elect("a");
        leader.change(new MemberChange.AddLearner(NodeId.founder("d")));
        leader.change(new MemberChange.AddLearner(NodeId.founder("e")));
        lab.start(NodeId.founder("d"), Durable.joining(Lab.GROUP));
        lab.deliver().beat("a");
        leader.change(new MemberChange.AddLearner(NodeId.founder("e")));
        lab.start(NodeId.founder("e"), Durable.joining(Lab.GROUP));
        lab.deliver().beat("a");
        assertThat(leader.raft.members().learners()).hasSize(2);

        lab.parting("b", "c");
        var ticket = leader.confirm();
        leader.propose("x");
        lab.deliver();

        assertThat(leader.answer(ticket)).isNull();
        assertThat(leader.commands()).isEmpty();
    }
}
