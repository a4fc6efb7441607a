package io.covenant.transactions.twophase;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;

/// Counts what one transaction costs where nothing goes wrong.
class TwoPhaseCostTests {

    /// @param asked     prepares and votes
    /// @param told      decisions that were sent
    /// @param confirmed confirmations of them
    private record Costs(int asked, int told, int confirmed, int branches, int coordinators) {
        int messages() {
            return asked + told + confirmed;
        }
    }

    /// Gray and Lamport, §5: `3N - 1` messages and `N + 1` forced writes, with a first branch that starts
    /// the commit by itself and without confirmations. Ours are all asked: one message more. That a branch
    /// forces its commit as well is PostgreSQL's: N forced writes more.
    @Test
    void costsWhatThePaperSays() {
        for (var n = 1; n <= 6; n++) {
            var costs = run(n, 0, 0);

            assertThat(costs.asked() + costs.told()).isEqualTo(3 * n - 1 + 1);
            assertThat(costs.branches() + costs.coordinators()).isEqualTo(n + 1 + n);
        }
    }

    /// How much is sent depends on how early the refusal is heard.
    @Test
    void forcesNothingAtTheCoordinatorsForAnAbort() {
        assertThat(run(2, 0, 1).coordinators()).isZero();
        assertThat(run(0, 2, 1).coordinators()).isZero();
    }

    @Test
    void standInTheDocumentation() throws IOException {
        var table = new MeasuredCosts("two-phase commit");
        for (var n : List.of(1, 2, 3, 5)) {
            var costs = run(n, 0, 0);
            table.row(
                    "%d commit".formatted(n),
                    Figure.of(costs.messages(), "4 N", 4 * n),
                    Figure.of(costs.branches(), "2 N", 2 * n),
                    Figure.of(costs.coordinators(), "1", 1));
        }
        var mixed = run(2, 3, 0);
        table.row(
                "2 commit, 3 only read",
                Figure.of(mixed.messages(), "4 N + 2 R", 4 * 2 + 2 * 3),
                Figure.of(mixed.branches(), "2 N", 2 * 2),
                Figure.of(mixed.coordinators(), "1", 1));
        var readers = run(0, 3, 0);
        table.row(
                "3 only read",
                Figure.of(readers.messages(), "2 R", 2 * 3),
                Figure.of(readers.branches(), "0", 0),
                Figure.of(readers.coordinators(), "0", 0));
        table.requireOnThePage();
    }

    private static Costs run(int writers, int readers, int refusers) {
        var databases = new ArrayList<SimulatedDatabase>();
        var registers = new ArrayList<SimulatedRegister>();
        var transcript = Transcript.of(1, world -> play(world, writers, readers, refusers, databases, registers));
        return new Costs(
                sent(transcript, "Prepare|Voted"),
                sent(transcript, "Tell"),
                sent(transcript, "Acked"),
                databases.stream().mapToInt(SimulatedDatabase::forcedWrites).sum(),
                registers.getFirst().forcedDecisions());
    }

    private static int sent(Transcript transcript, String kinds) {
        return (int) transcript.lines().stream()
                .filter(line -> line.matches(".*<- (coordinator|service)-\\S+ (" + kinds + ")\\[.*"))
                .count();
    }

    private static void play(
            World world,
            int writers,
            int readers,
            int refusers,
            List<SimulatedDatabase> databases,
            List<SimulatedRegister> registers) {
        var history = new History(new Tally<>(Event.class));
        var instances = new TreeMap<String, List<String>>();
        var works = new ArrayList<BranchWork>();
        for (var number = 1; number <= writers + readers + refusers; number++) {
            var service = "service-" + number;
            instances.put(service, List.of(service + "-1"));
            var amount = number <= writers ? 1 : number <= writers + readers ? 0 : -1_000_000;
            works.add(new BranchWork(service, service, 1, amount, false, false));
        }
        var services = new Services("register", List.of("coordinator-1"), instances);
        world.node(services.register(), node -> {
            var register = new SimulatedRegister(node, node.disk("wal"), history, Set.of(), () -> {});
            registers.add(register);
            return register;
        });
        instances.forEach((service, names) -> {
            var database = Services.databaseOf(service);
            world.node(database, node -> {
                var program = new SimulatedDatabase(node, node.disk("wal"), history, Set.of());
                databases.add(program);
                return program;
            });
            world.node(
                    names.getFirst(),
                    node -> new SimulatedParticipant(
                            node, database, services.coordinators(), history, Set.of(), new TwoPhaseParticipant()));
        });
        world.node(
                "coordinator-1",
                node -> new SimulatedCoordinator(node, services, history, Set.of(), new TwoPhaseCommit()));
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
