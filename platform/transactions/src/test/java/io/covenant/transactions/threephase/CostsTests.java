package io.covenant.transactions.threephase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.simulation.Tally;
import io.covenant.simulation.Transcript;
import io.covenant.simulation.World;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.MeasuredCosts;
import io.covenant.transactions.simulated.MeasuredCosts.Figure;
import io.covenant.transactions.simulated.SimulatedClient;
import io.covenant.transactions.simulated.SimulatedDatabase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Counts what one transaction costs where nothing goes wrong.
class CostsTests {

    /// @param messages    between coordinator and branches, replies included
    /// @param branches    forced writes of all branches' databases
    /// @param coordinators forced writes of the coordinators' database
    private record Costs(int messages, int branches, int coordinators) {}

    @Test
    void costsThreeRoundsAndOneForcedWriteMoreThanTwoPhaseCommitAtEachSite() {
        for (var n = 1; n <= 6; n++) {
            var costs = commit(n, 0);

            assertThat(costs).isEqualTo(new Costs(6 * n, 2 * n + n, 2));
        }
    }

    /// Readers vote and are asked to bear witness only where the writers are no quorum.
    @Test
    void leavesReadersAloneWhereWritersAreAQuorum() {
        assertThat(commit(3, 1)).isEqualTo(new Costs(6 * 3 + 2, 3 * 3, 2));
        assertThat(commit(1, 2)).isEqualTo(new Costs(6 + 2 * 2 + 2 * 2, 3 + 2, 2));
        assertThat(commit(0, 2)).isEqualTo(new Costs(2 * 2, 0, 0));
    }

    @Test
    void standInTheDocumentation() throws IOException {
        var rows = IntStream.of(1, 2, 3, 5)
                .mapToObj(n -> {
                    var costs = commit(n, 0);
                    return List.of(
                            Integer.toString(n),
                            Integer.toString(costs.messages()),
                            Integer.toString(costs.branches()),
                            Integer.toString(costs.coordinators()),
                            "%d and %d".formatted(4 * n, 2 * n + 1));
                })
                .toList();

        ProtocolPage.named("three-phase-commit.md")
                .requireTable(
                        "costs",
                        List.of(
                                "N",
                                "messages (6 N)",
                                "forced writes at branches (3 N)",
                                "at the coordinators (2)",
                                "two-phase commit: messages, forced writes"),
                        rows);
    }

    @Test
    void standBesideTheOtherProtocols() throws IOException {
        var table = new MeasuredCosts("three-phase commit");
        for (var n : List.of(1, 2, 3, 5)) {
            var costs = commit(n, 0);
            table.row(
                    "%d commit".formatted(n),
                    Figure.of(costs.messages(), "6 N", 6 * n),
                    Figure.of(costs.branches(), "3 N", 3 * n),
                    Figure.of(costs.coordinators(), "2", 2));
        }
        table.requireOnThePage();
    }

    private static Costs commit(int writers, int readers) {
        var databases = new ArrayList<SimulatedDatabase>();
        var coordinators = new ArrayList<CoordinatorsDatabase>();
        var transcript = Transcript.of(1, world -> play(world, writers, readers, databases, coordinators));
        var messages = transcript.lines().stream()
                .filter(line ->
                        line.matches(".*<- (coordinator|service)-\\S+ (Prepare|Voted|Ask|Answered|Tell|Acked)\\[.*"))
                .count();
        return new Costs(
                (int) messages,
                databases.stream().mapToInt(SimulatedDatabase::forcedWrites).sum(),
                coordinators.getFirst().forcedWrites());
    }

    private static void play(
            World world,
            int writers,
            int readers,
            List<SimulatedDatabase> databases,
            List<CoordinatorsDatabase> coordinators) {
        var history = new History(new Tally<>(Event.class));
        var instances = new TreeMap<String, List<String>>();
        var works = new ArrayList<BranchWork>();
        for (var number = 1; number <= writers + readers; number++) {
            var service = "service-" + number;
            instances.put(service, List.of(service + "-1"));
            works.add(new BranchWork(service, service, 1, number <= writers ? 1 : 0, false, false));
        }
        var services = new Services("database", List.of("coordinator-1"), instances);
        world.node(services.database(), node -> {
            var database = new CoordinatorsDatabase(node, node.disk("wal"), history, Set.of(), () -> {});
            coordinators.add(database);
            return database;
        });
        instances.forEach((service, names) -> {
            world.node(Services.databaseOf(service), node -> {
                var database = new SimulatedDatabase(node, node.disk("wal"), history, Set.of());
                databases.add(database);
                return database;
            });
            world.node(
                    names.getFirst(),
                    node -> new SimulatedParticipant(
                            node,
                            Services.databaseOf(service),
                            services.coordinators(),
                            history,
                            Set.of(),
                            new ThreePhaseParticipant()));
        });
        world.node("coordinator-1", node -> new SimulatedCoordinator(node, services, history, Set.of()));
        var wish = new SimulatedClient.Wish(new TransactionId(new UUID(0, 1)), works, Duration.ofSeconds(3));
        var clients = new ArrayList<SimulatedClient>();
        world.node("client", node -> {
            var client = new SimulatedClient(node, services.coordinators(), List.of(wish));
            clients.add(client);
            return client;
        });
        world.always("invariants", history::check)
                .quietWhen("the client waits", () -> clients.getFirst().contented())
                .quietWhen(
                        "a branch is prepared", () -> databases.stream().allMatch(SimulatedDatabase::nothingPrepared))
                .untilQuiet(Duration.ofSeconds(20));
        world.run(Duration.ofSeconds(1));
    }
}
