package io.covenant.transactions.simulated;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Runs one transaction after the other, and asks again under the same id, here or there, until it knows
/// the outcome.
public final class SimulatedClient implements Program {

    /// One transaction that the client wants.
    public record Wish(TransactionId id, List<BranchWork> works, Duration deadline) {}

    private final Node node;
    private final List<String> coordinators;
    private final Deque<Wish> wishes;
    private Optional<Wish> current = Optional.empty();
    private int asked;

    public SimulatedClient(Node node, List<String> coordinators, List<Wish> wishes) {
        this.node = node;
        this.coordinators = coordinators;
        this.wishes = new ArrayDeque<>(wishes);
        next();
    }

    public boolean contented() {
        return current.isEmpty();
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof ClientMessage.Answer(var id, var outcome)
                && current.filter(wish -> wish.id().equals(id)).isPresent()
                && outcome.isPresent()) {
            if (node.dice().chance(0.15)) {
                // Not sure it heard well: once more.
                ask();
            } else {
                next();
            }
        }
    }

    private void next() {
        current = Optional.ofNullable(wishes.poll());
        asked = 0;
        current.ifPresent(wish -> node.after(node.dice().between(Duration.ZERO, Duration.ofMillis(1_200)), () -> {
            if (current.equals(Optional.of(wish))) {
                ask();
            }
        }));
    }

    private void ask() {
        current.ifPresent(wish -> {
            var mine = ++asked;
            var run = new ClientMessage.Run(wish.id(), wish.works(), wish.deadline());
            node.send(node.dice().pick(coordinators), run);
            if (node.dice().chance(0.1)) {
                node.send(node.dice().pick(coordinators), run);
            }
            node.after(node.dice().between(Duration.ofMillis(150), Duration.ofMillis(2_500)), () -> {
                if (current.equals(Optional.of(wish)) && asked == mine) {
                    ask();
                }
            });
        });
    }
}
