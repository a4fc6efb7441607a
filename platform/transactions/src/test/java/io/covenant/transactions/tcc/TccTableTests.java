package io.covenant.transactions.tcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.tcc.TryConfirmCancel.Effect;
import io.covenant.transactions.tcc.TryConfirmCancel.Input;
import io.covenant.transactions.tcc.TryConfirmCancel.State;
import java.io.IOException;
import java.time.Duration;
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

/// Every state with every input, as the code answers it and as `docs/protocols/tcc.md` shows it.
class TccTableTests {

    private static final TransactionId TRANSACTION = new TransactionId(new UUID(0x0192L << 48, 1));
    private static final BranchId A = branch(1, "a");
    private static final BranchId B = branch(1, "b");
    private static final BranchId STRANGER = branch(2, "a");
    private static final SortedMap<BranchId, Finding> NO_HAZARDS = new TreeMap<>();

    private static final List<State> STATES = List.of(
            new State.Trying(set(A), set()),
            new State.Trying(set(A), set(B)),
            new State.Trying(set(A, B), set()),
            new State.Deciding(Decision.COMMIT, set(A, B)),
            new State.Deciding(Decision.ABORT, set(A, B)),
            new State.Confirming(new TreeMap<>(Map.of(A, Decision.COMMIT)), NO_HAZARDS),
            new State.Confirming(new TreeMap<>(Map.of(A, Decision.COMMIT, B, Decision.COMMIT)), NO_HAZARDS),
            new State.Cancelling(set(A), new TreeMap<>(Map.of(B, Finding.CONFIRMED))),
            new State.Finished(Decision.COMMIT, NO_HAZARDS));

    private static final List<Input> INPUTS = List.of(
            new Input.Tried(A, new TryAnswer.Reserved(Duration.ofSeconds(30))),
            new Input.Tried(A, new TryAnswer.Nothing()),
            new Input.Tried(A, new TryAnswer.Refused(Refusal.of("rule", "A rule."))),
            new Input.Tried(STRANGER, new TryAnswer.Reserved(Duration.ofSeconds(30))),
            new Input.Chosen(Decision.COMMIT, Set.of(A, B)),
            new Input.Chosen(Decision.COMMIT, Set.of(STRANGER)),
            new Input.Chosen(Decision.ABORT, Set.of()),
            new Input.Settled(A, new Settlement.Done()),
            new Input.Settled(A, new Settlement.Hazard(Finding.RESERVATION_GONE)),
            new Input.Expired(),
            new Input.Retry());

    private final TryConfirmCancel protocol = new TryConfirmCancel();

    @Test
    void standsInTheDocumentation() throws IOException {
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
                            step.effects().stream().map(TccTableTests::show).collect(Collectors.joining(", "))));
                }
            }
        }

        ProtocolPage.named("tcc.md")
                .requireTable("coordinator", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
    }

    @Test
    void staysWhereItIsOnceItHasFinished() {
        State finished = new State.Finished(Decision.COMMIT, NO_HAZARDS);

        assertThat(INPUTS)
                .allSatisfy(input -> assertThat(protocol.on(finished, input))
                        .isEqualTo(io.covenant.transactions.Step.stay(finished)));
    }

    @Test
    void proposesNothingButAbortWhenItTakesOver() {
        assertThat(TryConfirmCancel.takeOver(Set.of(A, B)).effects())
                .containsExactly(new Effect.Propose(Decision.ABORT, set()));
    }

    @Test
    void neverCancelsByItselfOnceCommitMayBeInTheRegister() {
        State deciding = new State.Deciding(Decision.COMMIT, set(A, B));

        assertThat(protocol.on(deciding, new Input.Expired()).next()).isEqualTo(deciding);
    }

    @Test
    void keepsTheEvidenceOfEveryHazardToTheEnd() {
        State confirming = new State.Confirming(new TreeMap<>(Map.of(A, Decision.COMMIT)), NO_HAZARDS);
        for (var finding : Finding.values()) {
            assertThat(protocol.on(confirming, new Input.Settled(A, new Settlement.Hazard(finding)))
                            .next())
                    .isEqualTo(new State.Finished(Decision.COMMIT, new TreeMap<>(Map.of(A, finding))));
        }
    }

    private static String show(State state) {
        return switch (state) {
            case State.Trying(var awaiting, var reserved)
            when reserved.isEmpty() -> "Trying, awaiting %s".formatted(names(awaiting));
            case State.Trying(var awaiting, var reserved) ->
                "Trying, awaiting %s, %s reserved".formatted(names(awaiting), names(reserved));
            case State.Deciding(var proposed, var branches) ->
                "Deciding %s for %s".formatted(proposed, names(branches));
            case State.Confirming(var unsettled, var hazards) ->
                "Confirming, unsettled %s%s".formatted(orders(unsettled), hazards(hazards));
            case State.Cancelling(var unsettled, var hazards) ->
                "Cancelling, unsettled %s%s".formatted(names(unsettled), hazards(hazards));
            case State.Finished(var decision, var hazards) -> "Finished %s%s".formatted(decision, hazards(hazards));
        };
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.Tried(var who, var answer) ->
                "%s answers %s"
                        .formatted(
                                name(who),
                                switch (answer) {
                                    case TryAnswer.Reserved(var holds) -> "reserved for " + holds;
                                    case TryAnswer.Nothing _ -> "nothing to reserve";
                                    case TryAnswer.Refused _ -> "refused";
                                });
            case Input.Chosen(var decision, var sealed) when sealed.isEmpty() -> "the register holds " + decision;
            case Input.Chosen(var decision, var sealed) ->
                "the register holds %s of %s".formatted(decision, names(sealed));
            case Input.Settled(var who, Settlement.Done _) -> name(who) + " is settled";
            case Input.Settled(var who, Settlement.Hazard(var finding)) -> "%s shows %s".formatted(name(who), finding);
            case Input.Expired _ -> "the deadline passes, or a reservation's time";
            case Input.Retry _ -> "somebody has not answered";
        };
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Try(var to) -> "Try " + name(to);
            case Effect.ExpireAfter(var tried, var holds) -> "ExpireAfter %s of %s".formatted(holds, name(tried));
            case Effect.Propose(var decision, var sealed) when sealed.isEmpty() -> "Propose " + decision;
            case Effect.Propose(var decision, var sealed) -> "Propose %s of %s".formatted(decision, names(sealed));
            case Effect.Confirm(var to) -> "Confirm " + name(to);
            case Effect.Cancel(var to) -> "Cancel " + name(to);
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

    private static String hazards(Map<BranchId, Finding> hazards) {
        return hazards.entrySet().stream()
                .map(hazard -> ", hazard %s %s".formatted(name(hazard.getKey()), hazard.getValue()))
                .collect(Collectors.joining());
    }

    private static String names(Collection<BranchId> branches) {
        return branches.stream().map(TccTableTests::name).sorted().collect(Collectors.joining(" "));
    }

    private static String name(BranchId branch) {
        return branch.attempt().equals(A.attempt()) ? branch.name() : branch.name() + "′";
    }

    private static BranchId branch(long attempt, String name) {
        return new BranchId(TRANSACTION, new Attempt(attempt), name);
    }

    private static SortedSet<BranchId> set(BranchId... branches) {
        return Stream.of(branches).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
