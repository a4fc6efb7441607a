package io.covenant.transactions.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.saga.SagaStep;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.Branch;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/// What a coordinator may have recorded, and what it may not.
class TraceReplayTests {

    private static final TransactionId ID = new TransactionId(new UUID(0, 7));
    private static final Saga SAGA = Saga.of(
            "order",
            SagaStep.of("a", "service", "do").undoneBy("undo"),
            SagaStep.of("b", "service", "do").after("a").asPivot(),
            SagaStep.of("c", "service", "do").after("b"));

    /// Of branches `a` and `b`: events, each with its branch and its detail.
    record Trace(String protocol, List<String> events) {

        static Trace of(String protocol, String... events) {
            return new Trace(protocol, List.of(events));
        }
    }

    static final List<Trace> ALLOWED = List.of(
            Trace.of(
                    "TWO_PHASE",
                    "begun",
                    "prepare-sent a",
                    "prepare-sent b",
                    "prepare-unanswered a timeout",
                    "voted b YES",
                    "voted a YES",
                    "votes-in",
                    "decision-proposed - COMMIT",
                    "register-unavailable",
                    "decided - COMMIT",
                    "told a COMMIT",
                    "told b COMMIT",
                    "acknowledged b",
                    "unconfirmed a timeout",
                    "acknowledged a",
                    "finished"),
            Trace.of("TWO_PHASE", "begun", "prepare-sent a", "voted a NO", "decided - ABORT", "finished"),
            Trace.of(
                    "TWO_PHASE",
                    "begun",
                    "prepare-sent a",
                    "prepare-sent b",
                    "voted a YES",
                    "voted b YES",
                    "votes-in",
                    "decision-proposed - COMMIT",
                    "taken-over",
                    "decision-proposed - ABORT",
                    "decided - COMMIT",
                    "told a COMMIT",
                    "told b COMMIT",
                    "acknowledged a",
                    "acknowledged b",
                    "finished"),
            Trace.of(
                    "TWO_PHASE",
                    "taken-over",
                    "decision-proposed - ABORT",
                    "decided - ABORT",
                    "told a ABORT",
                    "told b ABORT",
                    "acknowledged a",
                    "hazard b gone",
                    "finished"),
            Trace.of(
                    "TCC",
                    "begun",
                    "try-sent a",
                    "try-sent b",
                    "tried a RESERVED",
                    "reservation-over",
                    "told a CANCEL",
                    "told b CANCEL",
                    "decided - ABORT",
                    "acknowledged a",
                    "acknowledged b",
                    "finished"),
            Trace.of(
                    "THREE_PHASE",
                    "begun",
                    "prepare-sent a",
                    "prepare-sent b",
                    "voted a YES",
                    "voted b YES",
                    "votes-in",
                    "attempt - COMMIT in 1.0",
                    "moved - coordinators",
                    "moved a",
                    "decided - COMMIT",
                    "told a COMMIT",
                    "told b COMMIT",
                    "acknowledged a",
                    "acknowledged b",
                    "finished"),
            Trace.of(
                    "THREE_PHASE",
                    "begun",
                    "prepare-sent a",
                    "prepare-sent b",
                    "voted a YES",
                    "voted b YES",
                    "votes-in",
                    "attempt - COMMIT in 1.0",
                    "moved - coordinators",
                    "taken-over",
                    "election - 2.z1",
                    "outrun - by 3.q",
                    "election - 4.z1",
                    "attempt - COMMIT in 4.z1",
                    "moved b",
                    "moved a",
                    "decided - COMMIT",
                    "told a COMMIT"),
            Trace.of(
                    "PAXOS_COMMIT",
                    "begun",
                    "prepare-sent a",
                    "prepare-sent b",
                    "voted a YES",
                    "decided - COMMIT",
                    "told a COMMIT",
                    "told b COMMIT",
                    "acknowledged a",
                    "acknowledged b",
                    "finished"),
            Trace.of("PAXOS_COMMIT", "begun", "overtaken - by 1", "decided - COMMIT", "finished"),
            Trace.of(
                    "PAXOS_COMMIT",
                    "begun",
                    "prepare-sent a",
                    "prepare-sent x",
                    "voted a YES",
                    "overtaken - by 1",
                    "decided - COMMIT",
                    "told a ABORT",
                    "told x ABORT",
                    "told a COMMIT",
                    "told b COMMIT",
                    "prepare-unanswered x timeout",
                    "acknowledged x",
                    "acknowledged a",
                    "acknowledged b",
                    "finished"),
            Trace.of(
                    "SAGA",
                    "begun",
                    "act-sent a",
                    "done a",
                    "act-sent b",
                    "failed b away",
                    "act-sent b",
                    "deadline-passed",
                    "fence-sent b",
                    "fenced b",
                    "decision-proposed - ABORT",
                    "decided - ABORT",
                    "undo-sent a",
                    "undone a",
                    "finished"),
            Trace.of(
                    "SAGA",
                    "begun",
                    "act-sent a",
                    "done a",
                    "act-sent b",
                    "taken-over",
                    "act-sent b",
                    "done b",
                    "decision-proposed - COMMIT",
                    "act-sent c",
                    "accepted c",
                    "reported c",
                    "decided - COMMIT",
                    "finished"),
            Trace.of(
                    "SAGA",
                    "begun",
                    "act-sent a",
                    "done a",
                    "act-sent b",
                    "taken-over",
                    "decided - ABORT",
                    "undo-sent a",
                    "undone a",
                    "finished"),
            Trace.of(
                    "SAGA",
                    "begun",
                    "act-sent a",
                    "taken-over",
                    "act-sent c",
                    "done c",
                    "decided - COMMIT",
                    "finished"));

    /// A mistake that a coordinator could make, and the event that shows it.
    enum Planted {
        COMMIT_BEFORE_ALL_VOTES(
                "A commit is proposed while a vote is missing.",
                "TWO_PHASE",
                3,
                "begun",
                "prepare-sent a",
                "voted a YES",
                "decision-proposed - COMMIT"),
        COMMIT_AFTER_A_NO(
                "A commit is proposed although a branch has refused.",
                "TWO_PHASE",
                5,
                "begun",
                "prepare-sent a",
                "prepare-sent b",
                "voted a YES",
                "voted b NO",
                "votes-in"),
        COMMIT_AFTER_AN_ABORT(
                "A commit is answered after an abort.",
                "TWO_PHASE",
                3,
                "begun",
                "deadline-passed",
                "decided - ABORT",
                "decided - COMMIT"),
        COMMIT_BY_WHOEVER_TAKES_OVER(
                "Another coordinator answers commit for what was never proposed.",
                "TWO_PHASE",
                5,
                "begun",
                "prepare-sent a",
                "voted a YES",
                "taken-over",
                "decision-proposed - ABORT",
                "decided - COMMIT"),
        DECIDED_OTHERWISE_AFTER_A_TAKE_OVER(
                "Another coordinator answers abort for what was answered commit.",
                "TWO_PHASE",
                9,
                "begun",
                "prepare-sent a",
                "prepare-sent b",
                "voted a YES",
                "voted b YES",
                "decision-proposed - COMMIT",
                "decided - COMMIT",
                "taken-over",
                "decision-proposed - ABORT",
                "decided - ABORT"),
        TOLD_BEFORE_DECIDED(
                "A branch is told to commit before the register holds it.",
                "TWO_PHASE",
                6,
                "begun",
                "prepare-sent a",
                "prepare-sent b",
                "voted a YES",
                "voted b READ_ONLY",
                "taken-over",
                "told a COMMIT"),
        TOLD_OTHERWISE(
                "A branch is told to abort under a commit.",
                "TWO_PHASE",
                7,
                "begun",
                "prepare-sent a",
                "prepare-sent b",
                "voted a YES",
                "voted b YES",
                "decision-proposed - COMMIT",
                "decided - COMMIT",
                "told a ABORT"),
        FINISHED_TOO_EARLY(
                "It is called finished while a branch has not confirmed.",
                "TWO_PHASE",
                10,
                "begun",
                "prepare-sent a",
                "prepare-sent b",
                "voted a YES",
                "voted b YES",
                "decision-proposed - COMMIT",
                "decided - COMMIT",
                "told a COMMIT",
                "told b COMMIT",
                "acknowledged a",
                "finished"),
        VOTED_TWICE(
                "A vote is counted twice.",
                "TWO_PHASE",
                4,
                "begun",
                "prepare-sent a",
                "prepare-sent b",
                "voted a YES",
                "voted a YES"),
        CONFIRMED_WITHOUT_RESERVATION(
                "A commit is proposed while a branch has not reserved.",
                "TCC",
                3,
                "begun",
                "try-sent a",
                "tried a RESERVED",
                "votes-in"),
        DECIDED_BEFORE_ALL_VOTES(
                "A commit is answered while a vote is missing.",
                "THREE_PHASE",
                3,
                "begun",
                "prepare-sent a",
                "voted a YES",
                "decided - COMMIT"),
        FINISHED_BEFORE_ALL_SITES(
                "It is called finished while a site has not confirmed.",
                "THREE_PHASE",
                11,
                "begun",
                "prepare-sent a",
                "prepare-sent b",
                "voted a YES",
                "voted b YES",
                "attempt - COMMIT in 1.0",
                "moved - coordinators",
                "moved b",
                "decided - COMMIT",
                "told a COMMIT",
                "acknowledged a",
                "finished"),
        PRE_COMMITTED_BEFORE_ALL_VOTES(
                "Sites are asked to pre-commit while a vote is missing.",
                "THREE_PHASE",
                3,
                "begun",
                "prepare-sent a",
                "voted a YES",
                "attempt - COMMIT in 1.0"),
        ELECTED_COMMIT_OUT_OF_NOTHING(
                "An elected coordinator attempts a commit that nobody had attempted.",
                "THREE_PHASE",
                5,
                "begun",
                "prepare-sent a",
                "voted a YES",
                "taken-over",
                "election - 2.z",
                "attempt - COMMIT in 2.z"),
        TIMED_OUT_INTO_AN_ABORT(
                "The deadline aborts what sites may have pre-committed.",
                "THREE_PHASE",
                7,
                "begun",
                "prepare-sent a",
                "prepare-sent b",
                "voted a YES",
                "voted b YES",
                "attempt - COMMIT in 1.0",
                "moved - coordinators",
                "deadline-passed"),
        COMMIT_WITHOUT_ASKING_ALL(
                "A commit is answered while a branch was never asked.",
                "PAXOS_COMMIT",
                3,
                "begun",
                "prepare-sent a",
                "voted a YES",
                "decided - COMMIT"),
        LEADERS_DISAGREE(
                "A leader answers otherwise than before.",
                "PAXOS_COMMIT",
                4,
                "begun",
                "deadline-passed",
                "decided - ABORT",
                "taken-over",
                "decided - COMMIT"),
        LOST_ATTEMPT_COMMITTED(
                "A branch of an attempt that was overtaken is told to commit.",
                "PAXOS_COMMIT",
                5,
                "begun",
                "prepare-sent x",
                "voted x YES",
                "overtaken - by 1",
                "decided - COMMIT",
                "told x COMMIT"),
        DECIDED_WITHOUT_BEING_OVERTAKEN(
                "A leader answers a commit, and records only later that another attempt overtook its own.",
                "PAXOS_COMMIT",
                3,
                "begun",
                "prepare-sent a",
                "voted a YES",
                "decided - COMMIT",
                "overtaken - by 1"),
        STEP_BEFORE_ITS_TURN(
                "A step is asked before the one that it comes after is done.",
                "SAGA",
                2,
                "begun",
                "act-sent a",
                "act-sent b"),
        PAST_THE_PIVOT_UNDECIDED(
                "A step behind the pivot is asked before the decision.",
                "SAGA",
                4,
                "begun",
                "act-sent a",
                "done a",
                "act-sent b",
                "act-sent c"),
        BACK_WITHOUT_A_FENCE(
                "A saga goes back while its pivot may still be done.",
                "SAGA",
                5,
                "begun",
                "act-sent a",
                "done a",
                "act-sent b",
                "deadline-passed",
                "decision-proposed - ABORT"),
        COMPENSATION_FORGOTTEN(
                "A saga is called finished with a step that is not compensated.",
                "SAGA",
                8,
                "begun",
                "act-sent a",
                "done a",
                "act-sent b",
                "refused b rule",
                "fence-sent b",
                "fenced b",
                "decided - ABORT",
                "finished"),
        COMPENSATION_FORGOTTEN_AFTER_A_TAKE_OVER(
                "A saga that is taken over is called finished with a step that is not compensated.",
                "SAGA",
                6,
                "begun",
                "act-sent a",
                "done a",
                "act-sent b",
                "taken-over",
                "decided - ABORT",
                "finished");

        private final String mistake;
        private final String protocol;
        private final int at;
        private final String events;

        Planted(String mistake, String protocol, int at, String... events) {
            this.mistake = mistake;
            this.protocol = protocol;
            this.at = at;
            this.events = String.join("\n", events);
        }

        private Trace trace() {
            return new Trace(protocol, events.lines().toList());
        }
    }

    @ParameterizedTest
    @FieldSource("ALLOWED")
    void allowsWhatTheProtocolAllows(Trace trace) {
        assertThat(replayed(resource(trace, null, false)))
                .isEqualTo(new Verdict.Allowed(trace.events().size()));
    }

    @ParameterizedTest
    @EnumSource
    void refusesThePlantedMistake(Planted planted) {
        var verdict = replayed(resource(planted.trace(), null, false));

        assertThat(verdict).isInstanceOfSatisfying(Verdict.Refused.class, refused -> {
            assertThat(refused.at()).as(refused.toString()).isEqualTo(planted.at);
            assertThat(refused.toString()).contains("is not allowed: the coordinator stands at");
        });
    }

    @Test
    void refusesAnOutcomeThatTheTimelineDoesNotDecide() {
        var trace = Trace.of("TWO_PHASE", "begun", "deadline-passed", "decided - ABORT");

        assertThat(replayed(resource(trace, Outcome.ABORTED, false))).isEqualTo(new Verdict.Allowed(3));
        assertThat(replayed(resource(trace, Outcome.COMMITTED, false)).toString())
                .startsWith("COMMITTED is shown, and the timeline does not decide it");
    }

    @Test
    void refusesAnEndWithSomethingLeftToDo() {
        var trace =
                Trace.of("TWO_PHASE", "begun", "prepare-sent a", "deadline-passed", "told a ABORT", "decided - ABORT");

        assertThat(replayed(resource(trace, Outcome.ABORTED, true)).toString())
                .startsWith("it is shown as finished, and something is left to be done");
    }

    @AfterAll
    static void standInTheDocumentation() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (var planted : Planted.values()) {
            rows.add(List.of(
                    planted.protocol,
                    planted.mistake,
                    "`" + planted.trace().events().get(planted.at).replace(" -", "") + "`"));
        }
        ProtocolPage.named("trace-replay.md")
                .requireTable("planted mistakes", List.of("protocol", "mistake", "refused at"), rows);
    }

    private static Verdict replayed(TransactionResource transaction) {
        return transaction.protocol().equals("SAGA") ? TraceReplay.of(transaction, SAGA) : TraceReplay.of(transaction);
    }

    @SuppressWarnings("NullAway") // does not see in a class file that the nested type Outcome may be null there
    private static TransactionResource resource(Trace trace, @Nullable Outcome outcome, boolean finished) {
        var branches = new TreeMap<String, Branch>();
        for (var name : trace.protocol().equals("SAGA") ? List.of("a", "b", "c") : List.of("a", "b")) {
            var gid = new BranchId(ID, new Attempt(1), name).gid();
            branches.put(name, new Branch(name, gid, "service", "do", null, null, BranchState.WORKING, null, null));
        }
        var events = new ArrayList<Event>();
        for (var line : trace.events()) {
            var words = line.split(" ", 3);
            events.add(new Event(
                    Instant.EPOCH,
                    events.size(),
                    words[0],
                    words.length > 1 && !words[1].equals("-") ? words[1] : null,
                    words.length > 2 ? words[2] : null));
        }
        return new TransactionResource(
                ID.value(),
                "order",
                trace.protocol(),
                TransactionResource.State.VOTING,
                outcome,
                null,
                Instant.EPOCH,
                "coordinator-1",
                "1",
                List.copyOf(branches.values()),
                events,
                Instant.EPOCH,
                null,
                finished ? Instant.EPOCH : null);
    }
}
