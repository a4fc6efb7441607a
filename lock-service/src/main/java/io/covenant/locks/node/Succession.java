package io.covenant.locks.node;

import io.covenant.consensus.node.OrderOutcome;
import io.covenant.consensus.node.RaftNode;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Status;
import io.covenant.locks.namespace.Result;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets another node lead: at once, or whenever this one would while it is drained.
final class Succession {

    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

    private final NodeOptions options;
    private final RaftNode<Result> raft;
    private volatile boolean drained;

    Succession(NodeOptions options, RaftNode<Result> raft) {
        this.options = options;
        this.raft = raft;
    }

    void drain(boolean wanted) {
        drained = wanted;
    }

    boolean isDrained() {
        return drained;
    }

    /// This node leads from now on.
    void leads() {
        if (drained) {
            Thread.ofVirtual().name(options.name() + "-drained").start(this::leadNoLonger);
        }
    }

    /// Lets the most complete of the others lead, if this one does.
    OrderOutcome handOver(Duration patience) throws InterruptedException {
        if (raft.role() != Role.LEADER) {
            return new OrderOutcome.NotLeader(raft.leader().orElse(null));
        }
        try {
            var status = raft.status()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .raft();
            var successor = status.followers().stream()
                    .filter(follower -> follower.votes()
                            && follower.silence().compareTo(options.raft().electionTimeout()) < 0)
                    .max(Comparator.comparingLong(Status.Follower::match));
            if (successor.isEmpty()) {
                return new OrderOutcome.Unknown("nobody else is there to lead");
            }
            var outcome =
                    raft.transferLeadership(successor.get().node()).get(patience.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info(
                    "{} hands the leadership over to {}: {}",
                    options.name(),
                    successor.get().node(),
                    outcome);
            return outcome;
        } catch (ExecutionException | TimeoutException | CancellationException alone) {
            LOG.warn("{} could not hand the leadership over in time", options.name());
            return new OrderOutcome.Unknown("it took too long");
        }
    }

    private void leadNoLonger() {
        try {
            handOver(options.raft().transferTimeout());
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }
}
