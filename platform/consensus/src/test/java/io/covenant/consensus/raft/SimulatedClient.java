package io.covenant.consensus.raft;

import io.covenant.consensus.raft.SimulatedReplica.Request;
import io.covenant.consensus.raft.SimulatedReplica.Response;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import java.time.Duration;
import java.util.List;

/// Asks for one thing after the other, of whom it believes to lead.
final class SimulatedClient implements Program {

    private static final Duration PATIENCE = Duration.ofMillis(400);

    private final Node node;
    private final List<String> replicas;
    private final History history;
    private final Duration pace;
    private final Duration until;
    private String leader;
    private boolean wroteAtTheEnd;
    private boolean readAtTheEnd;

    SimulatedClient(Node node, List<String> replicas, History history, Duration pace, Duration until) {
        this.node = node;
        this.replicas = replicas;
        this.history = history;
        this.pace = pace;
        this.until = until;
        this.leader = node.dice().pick(replicas);
        next();
    }

    /// It wrote and read after all trouble was over.
    boolean contented() {
        return wroteAtTheEnd && readAtTheEnd;
    }

    private void next() {
        if (!contented()) {
            node.after(node.dice().between(Duration.ZERO, pace), this::ask);
        }
    }

    private void ask() {
        var operation = node.world().nextNumber();
        var kind = node.dice().below(10);
        var request = kind < 5
                ? new Request.Put(operation)
                : kind < 8 ? new Request.Get(operation) : new Request.KeepAlive(operation);
        history.asks(operation);
        var late = node.world().elapsed().compareTo(until) > 0;
        node.ask(
                leader,
                request,
                PATIENCE,
                response -> {
                    switch ((Response) response) {
                        case Response.Done _ -> {
                            wroteAtTheEnd |= late && request instanceof Request.Put;
                            readAtTheEnd |= late && request instanceof Request.Get;
                        }
                        case Response.Elsewhere(var where) ->
                            leader = where == null ? node.dice().pick(replicas) : where.name();
                    }
                    next();
                },
                () -> {
                    leader = node.dice().pick(replicas);
                    next();
                });
    }

    @Override
    public void receive(String from, Object message) {
        throw new AssertionError("nobody asks a client: " + message);
    }
}
