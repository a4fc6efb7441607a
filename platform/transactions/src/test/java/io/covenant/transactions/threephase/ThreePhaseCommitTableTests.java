package io.covenant.transactions.threephase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseCommit.Effect;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseCommit.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every state with every input, as the code answers it and as `docs/protocols/three-phase-commit.md` shows
/// it.
class ThreePhaseCommitTableTests {

    private static final TransactionId TRANSACTION = new TransactionId(new UUID(0x0192L << 48, 1));
    private static final BranchId A = branch(1, "a");
    private static final BranchId B = branch(1, "b");
    private static final BranchId STRANGER = branch(2, "a");
    private static final Site SITE_A = new Site.Branch(A);
    private static final Site SITE_B = new Site.Branch(B);
    private static final Site C = new Site.Coordinators();
    private static final Electorate ELECTORATE = Electorate.of(Set.of(A, B));
    private static final long ELECTOR = 5;
    private static final Election MINE = new Election(2, ELECTOR);
    private static final Election HIGHER = new Election(3, 9);
    private static final Outcome COMMIT = Outcome.commit(Set.of(A, B));

    private static final Standing WAITING = new Standing(MINE, Election.NONE, Position.WAITING, none());
    private static final Standing PRE_COMMITTED =
            new Standing(MINE, Election.FIRST, Position.PRE_COMMITTED, COMMIT.sealed());
    private static final Standing COMMITTED = PRE_COMMITTED.learned(COMMIT);

    private static final List<State> STATES = List.of(
            new State.Voting(ELECTORATE, set(A), none()),
            new State.Voting(ELECTORATE, set(A), set(B)),
            new State.Voting(ELECTORATE, set(A, B), none()),
            new State.Attempting(ELECTORATE, Election.FIRST, COMMIT, sites()),
            new State.Attempting(ELECTORATE, Election.FIRST, COMMIT, sites(C)),
            new State.Electing(ELECTORATE, MINE, new TreeMap<>()),
            new State.Electing(ELECTORATE, MINE, new TreeMap<>(Map.of(SITE_B, WAITING))),
            new State.Attempting(ELECTORATE, MINE, COMMIT, sites(SITE_B)),
            new State.Attempting(ELECTORATE, MINE, Outcome.ABORT, sites(SITE_B)),
            new State.Outrun(ELECTORATE, HIGHER),
            new State.Telling(COMMIT, sites(C, SITE_A), none()),
            new State.Telling(Outcome.ABORT, sites(SITE_A), set(B)),
            new State.Finished(Decision.COMMIT, none()));

    private static final List<Input> INPUTS = List.of(
            new Input.Voted(A, new Vote.Yes()),
            new Input.Voted(A, new Vote.ReadOnly()),
            new Input.Voted(A, new Vote.No(Refusal.of("rule", "A rule."))),
            new Input.Voted(STRANGER, new Vote.Yes()),
            new Input.Elected(SITE_A, MINE, WAITING),
            new Input.Elected(SITE_A, MINE, PRE_COMMITTED),
            new Input.Elected(SITE_A, MINE, COMMITTED),
            new Input.Elected(SITE_A, HIGHER, PRE_COMMITTED),
            new Input.Accepted(C, Election.FIRST),
            new Input.Accepted(SITE_A, Election.FIRST),
            new Input.Accepted(SITE_A, MINE),
            new Input.Refused(SITE_A, MINE, new Standing(HIGHER, Election.NONE, Position.WAITING, none())),
            new Input.Refused(C, Election.FIRST, Standing.NEW),
            new Input.Refused(SITE_A, MINE, Standing.NEW.learned(Outcome.ABORT)),
            new Input.Acked(C, Ack.DONE),
            new Input.Acked(SITE_A, Ack.DONE),
            new Input.Acked(SITE_A, Ack.HAZARD),
            new Input.Expired(),
            new Input.Retry());

    private final ThreePhaseCommit protocol = new ThreePhaseCommit(ELECTOR);

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
                            step.effects().stream()
                                    .map(ThreePhaseCommitTableTests::show)
                                    .collect(Collectors.joining(", "))));
                }
            }
        }

        ProtocolPage.named("three-phase-commit.md")
                .requireTable("coordinator", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
    }

    @Test
    void staysWhereItIsOnceItHasFinished() {
        State finished = new State.Finished(Decision.COMMIT, none());

        assertThat(INPUTS)
                .allSatisfy(input ->
                        assertThat(protocol.on(finished, input)).isEqualTo(Step.<State, Effect>stay(finished)));
    }

    @Test
    void asksNoBranchToPreCommitBeforeTheCoordinatorsSiteHas() {
        var voting = new State.Voting(ELECTORATE, set(A), set(B));

        assertThat(protocol.on(voting, new Input.Voted(A, new Vote.Yes())).effects())
                .containsExactly(new Effect.Attempt(C, Election.FIRST, COMMIT));
    }

    /// Nobody but the coordinator that heard the votes starts a commit.
    @Test
    void attemptsToAbortWhereNobodyIsPreCommitted() {
        var electing = new State.Electing(ELECTORATE, MINE, new TreeMap<>(Map.of(SITE_B, WAITING)));

        assertThat(protocol.on(electing, new Input.Elected(C, MINE, WAITING)).effects())
                .containsOnly(
                        new Effect.Attempt(C, MINE, Outcome.ABORT),
                        new Effect.Attempt(SITE_A, MINE, Outcome.ABORT),
                        new Effect.Attempt(SITE_B, MINE, Outcome.ABORT));
    }

    @Test
    void followsTheHighestAttemptNotTheMostFrequentOne() {
        var five = Electorate.of(Set.of(A, B, branch(1, "c"), branch(1, "d")));
        var abortedLater = new Standing(MINE, new Election(2, 1), Position.PRE_ABORTED, none());
        var electing = new State.Electing(five, MINE, new TreeMap<>(Map.of(C, PRE_COMMITTED, SITE_A, PRE_COMMITTED)));

        assertThat(protocol.on(electing, new Input.Elected(SITE_B, MINE, abortedLater))
                        .next())
                .isEqualTo(new State.Attempting(five, MINE, Outcome.ABORT, sites()));
    }

    /// Where writers are no quorum, the branches that only read bear witness.
    @Test
    void asksReadersOnlyWhereWritersAreNoQuorum() {
        var c = branch(1, "c");
        var electorate = Electorate.of(Set.of(A, B, c));
        var oneWriter = new State.Attempting(electorate, Election.FIRST, Outcome.commit(Set.of(A)), sites());
        var twoWriters = new State.Attempting(electorate, Election.FIRST, COMMIT, sites());

        assertThat(protocol.on(oneWriter, new Input.Accepted(C, Election.FIRST)).effects())
                .hasSize(3);
        assertThat(protocol.on(twoWriters, new Input.Accepted(C, Election.FIRST))
                        .effects())
                .hasSize(2);
    }

    @Test
    void standsAgainAboveWhoeverOutranIt() {
        var step = protocol.on(new State.Outrun(ELECTORATE, HIGHER), new Input.Retry());

        assertThat(step.effects()).contains(new Effect.Elect(C, new Election(4, ELECTOR)));
    }

    @Test
    void letsTheDeadlineDecideNothingOncePreCommitsMayBeOnDisk() {
        assertThat(STATES.stream().filter(State.Attempting.class::isInstance))
                .allSatisfy(attempting -> assertThat(protocol.on(attempting, new Input.Expired()))
                        .isEqualTo(Step.<State, Effect>stay(attempting)));
    }

    @Test
    void finishesWhatIsClosed() {
        assertThat(ThreePhaseCommit.resume(Set.of(A), Decision.COMMIT).effects())
                .containsExactly(new Effect.End(Decision.COMMIT));
        assertThat(ThreePhaseCommit.resume(Set.of(A), Decision.ABORT).effects())
                .containsExactly(new Effect.Tell(SITE_A, Outcome.ABORT));
    }

    @Test
    void tellsWhatIsOnRecordWithoutAnElection() {
        var outcome = Outcome.commit(Set.of(A));
        assertThat(ThreePhaseCommit.resume(Set.of(A, B), outcome).effects())
                .containsExactly(new Effect.Tell(SITE_A, outcome), new Effect.Tell(SITE_B, outcome));
    }

    private static String show(State state) {
        return switch (state) {
            case State.Voting(var _, var awaiting, var prepared)
            when prepared.isEmpty() -> "Voting, awaiting %s".formatted(names(awaiting));
            case State.Voting(var _, var awaiting, var prepared) ->
                "Voting, awaiting %s, %s prepared".formatted(names(awaiting), names(prepared));
            case State.Electing(var _, var election, var standings) ->
                "Electing %s%s"
                        .formatted(
                                election,
                                standings.entrySet().stream()
                                        .map(each -> ", %s %s"
                                                .formatted(
                                                        name(each.getKey()),
                                                        each.getValue().position()))
                                        .collect(Collectors.joining()));
            case State.Attempting(var _, var election, var outcome, var accepted)
            when accepted.isEmpty() -> "Attempting %s in %s".formatted(outcome.decision(), election);
            case State.Attempting(var _, var election, var outcome, var accepted) ->
                "Attempting %s in %s, %s moved".formatted(outcome.decision(), election, siteNames(accepted));
            case State.Outrun(var _, var highest) -> "Outrun by %s".formatted(highest);
            case State.Telling(var outcome, var unacked, var hazards) ->
                "Telling %s, unconfirmed %s%s".formatted(outcome.decision(), siteNames(unacked), hazards(hazards));
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
            case Input.Elected(var who, var election, var standing) ->
                "%s takes part in %s, is %s".formatted(name(who), election, standing.position());
            case Input.Accepted(var who, var election) -> "%s has moved in %s".formatted(name(who), election);
            case Input.Refused(var who, var election, var standing) ->
                "%s refuses %s, is %s, heard of %s"
                        .formatted(name(who), election, standing.position(), standing.lastElected());
            case Input.Acked(var who, var ack) -> "%s confirms %s".formatted(name(who), ack);
            case Input.Expired _ -> "the deadline passes";
            case Input.Retry _ -> "somebody has not answered";
        };
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Prepare(var to, var _) -> "Prepare " + name(to);
            case Effect.Elect(var to, var election) -> "Elect %s at %s".formatted(election, name(to));
            case Effect.Attempt(var to, var election, var outcome) ->
                "PRE-%s in %s at %s".formatted(outcome.decision(), election, name(to));
            case Effect.Tell(var to, var outcome) -> "Tell %s %s".formatted(name(to), outcome.decision());
            case Effect.Answer(var decision) -> "Answer " + decision;
            case Effect.Close(var decision) -> "Close " + decision;
            case Effect.End(var decision) -> "End " + decision;
        };
    }

    private static String hazards(Collection<BranchId> hazards) {
        return hazards.isEmpty() ? "" : ", hazard " + names(hazards);
    }

    private static String names(Collection<BranchId> branches) {
        return branches.stream().map(ThreePhaseCommitTableTests::name).sorted().collect(Collectors.joining(" "));
    }

    private static String siteNames(Collection<Site> sites) {
        return sites.stream().map(ThreePhaseCommitTableTests::name).sorted().collect(Collectors.joining(" "));
    }

    private static String name(Site site) {
        return switch (site) {
            case Site.Coordinators _ -> "C";
            case Site.Branch(var branch) -> name(branch);
        };
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

    private static SortedSet<BranchId> none() {
        return new TreeSet<>();
    }

    private static SortedSet<Site> sites(Site... sites) {
        return new TreeSet<>(List.of(sites));
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
