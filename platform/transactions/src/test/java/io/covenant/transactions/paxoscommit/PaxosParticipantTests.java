package io.covenant.transactions.paxoscommit;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.paxoscommit.PaxosParticipant.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaxosParticipantTests {

    private static final PaxosParticipant PROTOCOL = new PaxosParticipant();

    private static final List<TwoPhaseParticipant.State> PLAIN = List.of(
            new TwoPhaseParticipant.State.Idle(),
            new TwoPhaseParticipant.State.Working(),
            new TwoPhaseParticipant.State.Preparing(),
            new TwoPhaseParticipant.State.Finishing(Decision.COMMIT),
            new TwoPhaseParticipant.State.Finishing(Decision.ABORT),
            new TwoPhaseParticipant.State.Checking(),
            new TwoPhaseParticipant.State.Fencing(),
            new TwoPhaseParticipant.State.Replied());

    private static final List<Input> INPUTS = List.of(
            new Input.PrepareAsked(),
            new Input.Told(Decision.COMMIT),
            new Input.Worked(),
            new Input.WorkedReadOnly(),
            new Input.Refused(Refusal.of("rule", "A rule.")),
            new Input.Found(Evidence.PREPARED),
            new Input.PrepareDone(),
            new Input.PreparedFinished(),
            new Input.NothingPrepared(),
            new Input.Fenced(),
            new Input.Lost());

    @Test
    void doesAsInTwoPhaseCommit() {
        assertThat(Samples.kinds(PLAIN))
                .containsExactlyInAnyOrder(TwoPhaseParticipant.State.class.getPermittedSubclasses());
        for (var state : PLAIN) {
            for (var input : INPUTS) {
                var step = new TwoPhaseParticipant().on(state, input);
                assertThat(PROTOCOL.on(new State.Plain(state), input))
                        .isEqualTo(new Step<>(new State.Plain(step.next()), step.effects()));
            }
        }
    }

    @Test
    void releasesWhatIsStillPreparedAndFencesIt() {
        var release = PaxosParticipant.release();

        assertThat(release.effects()).containsExactly(new Effect.Finish(Decision.ABORT));
        assertThat(PROTOCOL.on(release.next(), new Input.PreparedFinished()))
                .isEqualTo(Step.to(new State.Plain(new TwoPhaseParticipant.State.Fencing()), new Effect.Fence()));
    }

    /// Somebody told it the decision meanwhile, so there is no hazard to report.
    @Test
    void leavesAloneWhatIsFinishedWhenItIsReleased() {
        var step = PROTOCOL.on(PaxosParticipant.release().next(), new Input.NothingPrepared());

        assertThat(step.effects()).isEmpty();
        assertThat(step.next()).isEqualTo(new State.Plain(new TwoPhaseParticipant.State.Replied()));
    }

    @Test
    void knowsAnswersToAllInputsWhenItIsReleased() {
        assertThat(Samples.kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
        assertThat(INPUTS)
                .filteredOn(input ->
                        PROTOCOL.on(new State.Releasing(), input).next().equals(new State.Releasing()))
                .hasSize(INPUTS.size() - 3);
    }
}
