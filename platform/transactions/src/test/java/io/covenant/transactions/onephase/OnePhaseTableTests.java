package io.covenant.transactions.onephase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.onephase.OnePhaseCommit.Effect;
import io.covenant.transactions.onephase.OnePhaseCommit.Input;
import io.covenant.transactions.onephase.OnePhaseCommit.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every state with every input, as the code answers it and as `docs/protocols/one-phase-commit.md` shows it.
class OnePhaseTableTests {

    private static final TransactionId TRANSACTION = new TransactionId(new UUID(0x0192_0000_0000_8000L, 1));
    private static final BranchId A = new BranchId(TRANSACTION, OnePhaseAttempts.only(), "a");
    private static final BranchId STRANGER = new BranchId(TRANSACTION, OnePhaseAttempts.only(), "b");

    private static final List<State> STATES = List.of(
            new State.Asking(A),
            new State.Settling(A),
            new State.Finished(Decision.COMMIT, false),
            new State.Finished(Decision.ABORT, true));

    private static final List<Input> INPUTS = List.of(
            new Input.Answered(A, new Vote.Yes()),
            new Input.Answered(A, new Vote.ReadOnly()),
            new Input.Answered(A, new Vote.No(Refusal.of("rule", "A rule."))),
            new Input.Answered(STRANGER, new Vote.Yes()),
            new Input.Settled(A, Decision.COMMIT),
            new Input.Settled(A, Decision.ABORT),
            new Input.Settled(STRANGER, Decision.ABORT),
            new Input.Forgotten(A),
            new Input.Expired(),
            new Input.Retry());

    private static final List<TwoPhaseParticipant.Input> SETTLING = List.of(
            new TwoPhaseParticipant.Input.Fenced(),
            new TwoPhaseParticipant.Input.Found(Evidence.FENCE),
            new TwoPhaseParticipant.Input.Found(Evidence.WORK),
            new TwoPhaseParticipant.Input.Found(Evidence.RUNNING),
            new TwoPhaseParticipant.Input.Found(Evidence.PREPARED),
            new TwoPhaseParticipant.Input.Found(Evidence.NONE),
            new TwoPhaseParticipant.Input.Lost());

    @Test
    void standsInTheDocumentation() throws IOException {
        var protocol = new OnePhaseCommit();
        var rows = new ArrayList<List<String>>();
        for (State state : STATES) {
            for (Input input : INPUTS) {
                var step = protocol.on(state, input);
                if (!step.equals(Step.stay(state))) {
                    rows.add(List.of(show(state), show(input), show(step.next()), show(step.effects())));
                }
            }
        }

        ProtocolPage.named("one-phase-commit.md")
                .requireTable("coordinator", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void settlesAsTheDocumentationShows() throws IOException {
        var protocol = new OnePhaseParticipant();
        var settling = OnePhaseParticipant.settle().next();
        var rows = SETTLING.stream()
                .map(input -> List.of(
                        shown(input),
                        answer(protocol.on(settling, input).effects().getFirst())))
                .toList();

        ProtocolPage.named("one-phase-commit.md").requireTable("settling", List.of("hears", "answers"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
    }

    @Test
    void staysWhereItIsOnceItHasFinished() {
        var protocol = new OnePhaseCommit();
        State finished = new State.Finished(Decision.COMMIT, false);

        assertThat(INPUTS)
                .allSatisfy(input -> assertThat(protocol.on(finished, input)).isEqualTo(Step.stay(finished)));
    }

    @Test
    void sendsNoWorkWhenItTakesOver() {
        assertThat(OnePhaseCommit.takeOver(A).effects()).containsExactly(new Effect.Settle(A));
    }

    @Test
    void isOnlyForIdsThatSaySo() {
        var withTime = new TransactionId(new UUID(0x0192_0000_0000_7000L, 1));

        assertThat(OnePhaseAttempts.isOne(TRANSACTION, OnePhaseAttempts.only())).isTrue();
        assertThat(OnePhaseAttempts.isOne(withTime, OnePhaseAttempts.only())).isFalse();
        assertThat(TRANSACTION.bornMillis()).hasValue(0x0192_0000_0000L);
        assertThat(withTime.bornMillis()).hasValue(0x0192_0000_0000L);
        assertThat(new TransactionId(new UUID(0x0192_0000_0000_4000L, 1)).bornMillis())
                .isEmpty();
    }

    private static String show(State state) {
        return switch (state) {
            case State.Asking _ -> "Asking";
            case State.Settling _ -> "Settling";
            case State.Finished(var decision, var hazard) -> "Finished " + decision + (hazard ? ", hazard" : "");
        };
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.Answered(var _, var vote) ->
                switch (vote) {
                    case Vote.Yes _ -> "it has committed";
                    case Vote.ReadOnly _ -> "it only read";
                    case Vote.No _ -> "it refuses";
                };
            case Input.Settled(var _, var found) -> "the barrier shows " + found;
            case Input.Forgotten _ -> "the barrier row is forgotten";
            case Input.Expired _ -> "the deadline passes";
            case Input.Retry _ -> "it has not answered";
        };
    }

    private static String show(List<Effect> effects) {
        return effects.stream()
                .map(effect -> switch (effect) {
                    case Effect.Commit _ -> "Commit";
                    case Effect.Settle _ -> "Settle";
                    case Effect.Close(var decision) -> "Close " + decision;
                    case Effect.End(var decision) -> "End " + decision;
                })
                .collect(Collectors.joining(", "));
    }

    private static String shown(TwoPhaseParticipant.Input input) {
        return switch (input) {
            case TwoPhaseParticipant.Input.Fenced _ -> "the fence stands";
            case TwoPhaseParticipant.Input.Found(var evidence) -> "the barrier shows " + evidence;
            case TwoPhaseParticipant.Input.Lost _ -> "the database does not tell";
            default -> throw new IllegalStateException("not heard while settling: " + input);
        };
    }

    private static String answer(TwoPhaseParticipant.Effect effect) {
        return switch (effect) {
            case TwoPhaseParticipant.Effect.Confirm(var ack) when ack == Ack.DONE -> "it never commits";
            case TwoPhaseParticipant.Effect.Cast(Vote.Yes _) -> "it has committed";
            case TwoPhaseParticipant.Effect.AskAgain _ -> "ask again";
            default -> throw new IllegalStateException("no answer: " + effect);
        };
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
