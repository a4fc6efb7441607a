package io.covenant.transactions.local;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Runs one transaction after the other, and asks again under the same id, here or there, until it knows the
/// outcome; now and then once more much later, when everybody may have forgotten it.
public final class Client implements Program {

    private final Node node;
    private final List<String> coordinators;
    private final Deque<Supplier<Message.Run>> wishes;
    private final Memory memory;
    private Optional<Message.Run> current = Optional.empty();
    private int asked;
    private int later;

    public Client(Node node, List<String> coordinators, List<Supplier<Message.Run>> wishes, Memory memory) {
        this.node = node;
        this.coordinators = coordinators;
        this.memory = memory;
        this.wishes = new ArrayDeque<>(wishes);
        next();
    }

    public boolean contented() {
        return current.isEmpty() && wishes.isEmpty() && later == 0;
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof Message.Answer(var id, var outcome)
                && current.filter(run -> run.id().equals(id)).isPresent()
                && outcome.isPresent()) {
            if (node.dice().chance(0.1)) {
                // Not sure it heard well: once more.
                ask();
            } else {
                if (node.dice().chance(0.2)) {
                    askMuchLater(current.orElseThrow());
                }
                next();
            }
        }
    }

    private void askMuchLater(Message.Run run) {
        later++;
        node.after(node.dice().between(Duration.ofSeconds(5), memory.beyond()), () -> {
            later--;
            node.send(node.dice().pick(coordinators), run);
        });
    }

    private void next() {
        current = Optional.empty();
        asked = 0;
        var wish = wishes.poll();
        if (wish != null) {
            later++;
            node.after(node.dice().between(Duration.ZERO, Duration.ofMillis(1_200)), () -> {
                later--;
                current = Optional.of(wish.get());
                ask();
            });
        }
    }

    private void ask() {
        current.ifPresent(run -> {
            if (Ids.born(run.id()).isBefore(node.now().minus(memory.keeps()))) {
                // Nobody would take it any more.
                next();
                return;
            }
            var mine = ++asked;
            node.send(node.dice().pick(coordinators), run);
            if (node.dice().chance(0.1)) {
                node.send(node.dice().pick(coordinators), run);
            }
            node.after(node.dice().between(Duration.ofMillis(150), Duration.ofMillis(2_500)), () -> {
                if (current.equals(Optional.of(run)) && asked == mine) {
                    ask();
                }
            });
        });
    }
}
