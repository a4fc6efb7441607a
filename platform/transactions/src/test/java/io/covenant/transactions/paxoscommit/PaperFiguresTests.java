package io.covenant.transactions.paxoscommit;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import io.covenant.transactions.paxoscommit.Costs.Kind;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.MeasuredCosts;
import io.covenant.transactions.simulated.MeasuredCosts.Figure;
import io.covenant.transactions.simulated.SimulatedClient.Wish;
import io.covenant.transactions.simulated.SimulatedDatabase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What one undisturbed transaction costs, beside the formulas of Gray and Lamport, §5; and that one coordinator
/// may be away, whichever it is.
class PaperFiguresTests {

    private static final SimulatedCoordinator.Patience PATIENT =
            new SimulatedCoordinator.Patience(Duration.ofSeconds(1), Duration.ofHours(1));

    /// The paper: `NF + F + 3N - 1` messages and `N + F + 1` forced writes, with a leader beside an acceptor, votes
    /// sent to F+1 acceptors, and a first branch that starts the commit by itself: it needs no prepare, and its
    /// vote to the leader's acceptor is the message that starts it. Ours are all asked: one message more.
    @Test
    void costsWhatThePaperSays() {
        for (var faults = 1; faults <= 2; faults++) {
            for (var branches = 1; branches <= 5; branches++) {
                var costs = run(faults, branches, faults + 1, true);
                var paper = branches * faults + faults + 3 * branches - 1;
                assertThat(messages(costs)).isEqualTo(paper + 1);
                assertThat(branches + costs.of(Kind.ACCEPTOR_FORCE)).isEqualTo(branches + faults + 1);
            }
        }
    }

    /// `docs/protocols/paxos-commit.md` shows the same for votes that go to all acceptors, and for ids that clients
    /// choose.
    @Test
    void standsInTheDocumentation() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (var branches : List.of(1, 2, 3, 5)) {
            var fewest = run(1, branches, 2, true);
            var all = run(1, branches, 3, true);
            var named = run(1, branches, 3, false);
            rows.add(List.of(
                    Integer.toString(branches),
                    messages(fewest) + " / " + (branches + fewest.of(Kind.ACCEPTOR_FORCE)),
                    messages(all) + " / " + (branches + all.of(Kind.ACCEPTOR_FORCE)),
                    messages(named) + " / " + (branches + named.of(Kind.ACCEPTOR_FORCE))));
            assertThat(branches + all.of(Kind.ACCEPTOR_FORCE)).isEqualTo(branches + 3);
            assertThat(messages(named) - messages(all)).isEqualTo(2 * 2);
        }
        ProtocolPage.named("paxos-commit.md")
                .requireTable(
                        "costs",
                        List.of(
                                "branches",
                                "votes to F+1 acceptors (the paper)",
                                "votes to all acceptors",
                                "an id that the client chose"),
                        rows);
    }

    /// `docs/protocols/costs.md`: with confirmations, with the forced commit of each branch, and with votes that go to
    /// all acceptors.
    @Test
    void standsBesideTheOtherProtocols() throws IOException {
        var table = new MeasuredCosts("Paxos Commit");
        for (var faults = 1; faults <= 2; faults++) {
            for (var branches : List.of(1, 2, 3, 5)) {
                var acceptors = 2 * faults + 1;
                var stage = new Stage(faults, branches, acceptors, new Tally<>(Event.class));
                stage.run(true);
                stage.world.run(Duration.ofSeconds(1));
                var confirmed = messages(stage.costs) + stage.costs.of(Kind.CONFIRM);
                table.row(
                        "F = %d, %d commit".formatted(faults, branches),
                        Figure.of(confirmed, "2 N F + 2 F + 4 N", 2 * branches * faults + 2 * faults + 4 * branches),
                        Figure.of(stage.forcedAtBranches(), "2 N", 2 * branches),
                        Figure.of(stage.costs.of(Kind.ACCEPTOR_FORCE), "2 F + 1", acceptors));
            }
        }
        table.requireOnThePage();
    }

    @Test
    void commitsWithAnyOneCoordinatorAway() {
        for (var away = 2; away <= 3; away++) {
            var tally = new Tally<>(Event.class);
            var stage = new Stage(1, 2, 3, tally);
            stage.world.node("coordinator-" + away).crash();
            stage.run(true);
            stage.world.run(Duration.ofSeconds(2));
            assertThat(tally.never()).doesNotContain(Event.COMMIT);
            assertThat(stage.moved()).isEqualTo(2);
        }
    }

    /// The leader dies when the branches have voted: they ask, another coordinator finds the votes.
    @Test
    void isFinishedByAnotherWhenItsLeaderIsDead() {
        var tally = new Tally<>(Event.class);
        var stage = new Stage(1, 2, 3, tally);
        stage.run(true);
        while (stage.costs.of(Kind.REPORT) < 2) {
            stage.world.run(Duration.ofNanos(100_000));
        }
        stage.world.node("coordinator-1").crash();
        stage.world.run(Duration.ofSeconds(3));

        assertThat(tally.never()).doesNotContain(Event.COMMIT, Event.TAKE_OVER_FOUND_COMMIT);
        assertThat(stage.moved()).isEqualTo(2);
    }

    private static Costs run(int faults, int branches, int voted, boolean named) {
        var stage = new Stage(faults, branches, voted, new Tally<>(Event.class));
        stage.run(named);
        stage.world.run(Duration.ofSeconds(1));
        assertThat(stage.moved()).isEqualTo(branches);
        return stage.costs;
    }

    /// What the paper counts: until every branch is told, without confirmations, and without what only frees
    /// memory. The commit record of a branch is not among its forced writes.
    private static int messages(Costs costs) {
        assertThat(costs.of(Kind.OTHER_MESSAGE)).isZero();
        assertThat(costs.of(Kind.CONFIRM)).isEqualTo(costs.of(Kind.TELL));
        return costs.of(Kind.CLAIM)
                + costs.of(Kind.PROMISE)
                + costs.of(Kind.PREPARE)
                + costs.of(Kind.VOTE)
                + costs.of(Kind.REPORT)
                + costs.of(Kind.TELL);
    }

    /// A world in which nothing goes wrong, with a service for each branch.
    private static final class Stage {

        private final World world = World.seeded(1);
        private final Costs costs = new Costs();
        private final Services services;
        private final Map<String, SimulatedDatabase> databases = new TreeMap<>();
        private final Map<String, SimulatedCoordinator> coordinators = new HashMap<>();

        Stage(int faults, int branches, int voted, Tally<Event> tally) {
            var participants = new TreeMap<String, List<String>>();
            IntStream.range(0, branches)
                    .forEach(branch -> participants.put("service-" + branch, List.of("instance-" + branch)));
            var names = IntStream.rangeClosed(1, 2 * faults + 1)
                    .mapToObj(number -> "coordinator-" + number)
                    .toList();
            services = new Services(names, voted, participants);
            var history = new History(names.size(), tally);
            participants.forEach((service, instances) -> {
                var database = Services.databaseOf(service);
                world.node(database, node -> {
                    var program = new SimulatedDatabase(node, node.disk("wal"), history, Set.of());
                    databases.put(service, program);
                    return program;
                });
                world.node(
                        instances.getFirst(),
                        node -> new SimulatedParticipant(node, database, services, history, costs, Set.of()));
            });
            names.forEach(name -> world.node(name, node -> {
                var program =
                        new SimulatedCoordinator(node, services, PATIENT, node.disk("log"), history, costs, Set.of());
                coordinators.put(name, program);
                return program;
            }));
            world.always("invariants", history::check);
        }

        /// The first coordinator runs a transaction that adds 1 in each service.
        ///
        /// @param named by the coordinator
        void run(boolean named) {
            var works = services.participants().keySet().stream()
                    .map(service -> new BranchWork(service, service, 0, 1, false, false))
                    .toList();
            var leader = coordinators.get("coordinator-1");
            var wish = new Wish(Samples.idBornAt(world.now().toEpochMilli(), 1), works, Duration.ofSeconds(1));
            if (leader == null) {
                throw new IllegalStateException("no coordinator");
            }
            leader.run(wish, named);
        }

        int forcedAtBranches() {
            return databases.values().stream()
                    .mapToInt(SimulatedDatabase::forcedWrites)
                    .sum();
        }

        long moved() {
            return databases.values().stream()
                    .mapToLong(SimulatedDatabase::moved)
                    .sum();
        }
    }
}
