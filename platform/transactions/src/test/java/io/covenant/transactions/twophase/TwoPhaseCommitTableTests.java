package io.covenant.transactions.twophase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseCommit.Effect;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseCommit.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every state with every input, as the code answers it and as `docs/protocols/two-phase-commit.md` shows
/// it.
class TwoPhaseCommitTableTests {

    private static final TransactionId TRANSACTION = new TransactionId(new UUID(0x0192L << 48, 1));
    private static final BranchId A = branch(1, "a");
    private static final BranchId B = branch(1, "b");
    private static final BranchId STRANGER = branch(2, "a");

    private static final List<State> STATES = List.of(
            new State.Voting(set(A), set()),
            new State.Voting(set(A), set(B)),
            new State.Voting(set(A, B), set()),
            new State.Deciding(Decision.COMMIT, set(A, B)),
            new State.Deciding(Decision.ABORT, set(A, B)),
            new State.Telling(Decision.COMMIT, tell(Map.of(A, Decision.COMMIT)), set()),
            new State.Telling(Decision.COMMIT, tell(Map.of(A, Decision.COMMIT, B, Decision.COMMIT)), set()),
            new State.Telling(Decision.ABORT, tell(Map.of(A, Decision.ABORT)), set(B)),
            new State.Finished(Decision.COMMIT, set()));

    private static final List<Input> INPUTS = List.of(
            new Input.Voted(A, new Vote.Yes()),
            new Input.Voted(A, new Vote.ReadOnly()),
            new Input.Voted(A, new Vote.No(Refusal.of("rule", "A rule."))),
            new Input.Voted(STRANGER, new Vote.Yes()),
            new Input.Chosen(Decision.COMMIT, Set.of(A, B)),
            new Input.Chosen(Decision.COMMIT, Set.of(STRANGER)),
            new Input.Chosen(Decision.ABORT, Set.of()),
            new Input.Acked(A, Ack.DONE),
            new Input.Acked(A, Ack.HAZARD),
            new Input.Expired(),
            new Input.Retry());

    @Test
    void standsInTheDocumentation() throws IOException {
        var protocol = new TwoPhaseCommit();
        var rows = new ArrayList<List<String>>();
        for (State state : STATES) {
            for (Input input : INPUTS) {
                var step = protocol.on(state, input);
                boolean ignored = step.next().equals(state) && step.effects().isEmpty();
                if (!ignored) {
                    rows.add(List.of(
                            show(state),
                            show(input),
                            show(step.next()),
                            step.effects().stream()
                                    .map(TwoPhaseCommitTableTests::show)
                                    .collect(Collectors.joining(", "))));
                }
            }
        }

        ProtocolPage.named("two-phase-commit.md")
                .requireTable("coordinator", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
    }

    @Test
    void staysWhereItIsOnceItHasFinished() {
        var protocol = new TwoPhaseCommit();
        State finished = new State.Finished(Decision.COMMIT, set());

        assertThat(INPUTS).allSatisfy(input -> {
            assertThat(protocol.on(finished, input).next()).isEqualTo(finished);
            assertThat(protocol.on(finished, input).effects()).isEmpty();
        });
    }

    @Test
    void proposesNothingButAbortWhenItTakesOver() {
        var step = TwoPhaseCommit.takeOver(Set.of(A, B));

        assertThat(step.effects()).containsExactly(new Effect.Propose(Decision.ABORT, set()));
    }

    @Test
    void neverAbortsByItselfOnceCommitMayBeInTheRegister() {
        var protocol = new TwoPhaseCommit();
        State deciding = new State.Deciding(Decision.COMMIT, set(A, B));

        assertThat(protocol.on(deciding, new Input.Expired()).next()).isEqualTo(deciding);
    }

    private static String show(State state) {
        return switch (state) {
            case State.Voting(var awaiting, var prepared)
            when prepared.isEmpty() -> "Voting, awaiting %s".formatted(names(awaiting));
            case State.Voting(var awaiting, var prepared) ->
                "Voting, awaiting %s, %s prepared".formatted(names(awaiting), names(prepared));
            case State.Deciding(var proposed, var branches) ->
                "Deciding %s for %s".formatted(proposed, names(branches));
            case State.Telling(var decision, var unacked, var hazards) ->
                "Telling %s, unconfirmed %s%s".formatted(decision, orders(unacked), hazards(hazards));
            case State.Finished(var decision, var hazards) -> "Finished %s%s".formatted(decision, hazards(hazards));
        };
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.Voted(var who, var vote) ->
                "%s votes %s"
                        .formatted(
                                name(who),
                                switch (vote) {
                                    case Vote.Yes _ -> "yes";
                                    case Vote.ReadOnly _ -> "read-only";
                                    case Vote.No _ -> "no";
                                });
            case Input.Chosen(var decision, var sealed) when sealed.isEmpty() -> "the register holds " + decision;
            case Input.Chosen(var decision, var sealed) ->
                "the register holds %s of %s".formatted(decision, names(sealed));
            case Input.Acked(var who, var ack) -> "%s confirms %s".formatted(name(who), ack);
            case Input.Expired _ -> "the deadline passes";
            case Input.Retry _ -> "somebody has not answered";
        };
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Prepare(var to) -> "Prepare " + name(to);
            case Effect.Propose(var decision, var sealed) when sealed.isEmpty() -> "Propose " + decision;
            case Effect.Propose(var decision, var sealed) -> "Propose %s of %s".formatted(decision, names(sealed));
            case Effect.Tell(var to, var decision) -> "Tell %s %s".formatted(name(to), decision);
            case Effect.Answer(var decision) -> "Answer " + decision;
            case Effect.Close(var decision) -> "Close " + decision;
            case Effect.End(var decision) -> "End " + decision;
        };
    }

    private static String orders(Map<BranchId, Decision> orders) {
        return orders.entrySet().stream()
                .map(order -> "%s: %s".formatted(name(order.getKey()), order.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String hazards(Collection<BranchId> hazards) {
        return hazards.isEmpty() ? "" : ", hazard " + names(hazards);
    }

    private static String names(Collection<BranchId> branches) {
        return branches.stream().map(TwoPhaseCommitTableTests::name).sorted().collect(Collectors.joining(" "));
    }

    private static String name(BranchId branch) {
        return branch.attempt().equals(A.attempt()) ? branch.name() : branch.name() + "′";
    }

    private static BranchId branch(long attempt, String name) {
        return new BranchId(TRANSACTION, new Attempt(attempt), name);
    }

    private static SortedMap<BranchId, Decision> tell(Map<BranchId, Decision> orders) {
        return new TreeMap<>(orders);
    }

    private static SortedSet<BranchId> set(BranchId... branches) {
        return Stream.of(branches).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
