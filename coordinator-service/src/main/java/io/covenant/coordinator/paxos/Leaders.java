package io.covenant.coordinator.paxos;

import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.PaxosAcceptor;
import io.covenant.transactions.paxoscommit.PaxosCommit;
import io.covenant.transactions.paxoscommit.PaxosCommit.Input;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.TransactionResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The leaders of this coordinator, at most one for each transaction, and the way from them to the acceptors and back.
final class Leaders {

    private static final Logger LOG = LoggerFactory.getLogger(Leaders.class);

    /// So many transactions that are over can still be shown with all that happened to them.
    private static final int SHOWN = 1000;

    private final PaxosParts parts;
    private final PaxosCommit core;
    private final Calls calls;
    private final Map<TransactionId, Leader> leaders = new ConcurrentHashMap<>();

    /// Transactions with a branch that is not as decided. They stay unfinished until a person has looked.
    private final Map<TransactionId, TransactionResource> hazards = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<TransactionId, TransactionResource> over = new LinkedHashMap<>();

    Leaders(PaxosParts parts) {
        this.parts = parts;
        this.core = new PaxosCommit(parts.settings().acceptors());
        this.calls = new Calls(
                parts.participants(),
                parts.workers(),
                parts.paused(),
                new Silences(
                        parts.transactions().firstRetry(),
                        parts.settings().longestRetry(),
                        parts::jittered,
                        parts.nanoTime()),
                parts.transactions().finishRequestsInFlight(),
                parts.transactions().maxFinishBatch());
    }

    @Nullable
    Leader of(TransactionId id) {
        return leaders.get(id);
    }

    Collection<Leader> all() {
        return leaders.values();
    }

    /// Begins a transaction, unless it is led here already.
    Leader begin(TransactionPlan wanted, Plan attempt) {
        var leader = Leader.of(wanted, attempt, parts, core, this, calls);
        var here = leaders.putIfAbsent(wanted.id(), leader);
        if (here == null) {
            leader.begin(ballot());
        }
        return here == null ? leader : here;
    }

    /// Finishes a transaction that somebody left, unless it is led here already.
    Leader takeOver(TransactionId id) {
        return takeOver(id, Map.of());
    }

    /// Finishes a transaction, unless it is led here already.
    ///
    /// @param words what a person has said of branches that were not as decided, by name
    Leader takeOver(TransactionId id, Map<String, Heuristic> words) {
        var leader = Leader.of(id, parts, core, this, calls);
        var here = leaders.putIfAbsent(id, leader);
        if (here == null) {
            hazards.remove(id);
            parts.listener().takenOver(1);
            leader.takeOver(ballot(), words);
            parts.crashPoints().hit(CrashPoint.C11_TAKEN_OVER);
        }
        return here == null ? leader : here;
    }

    /// No two leaders ever use the same: the numbers are drawn at random, all 64 bits of them.
    private Ballot ballot() {
        return new Ballot(1, parts.node(), parts.random().nextLong());
    }

    void over(Leader leader, boolean hazard) {
        var view = leader.view();
        lock.lock();
        try {
            over.put(leader.id(), view);
            if (over.size() > SHOWN) {
                over.remove(over.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
        if (hazard) {
            hazards.put(leader.id(), view);
        }
        leaders.remove(leader.id(), leader);
    }

    /// As it was led here, now or a while ago.
    Optional<TransactionResource> view(TransactionId id) {
        var leader = leaders.get(id);
        if (leader != null) {
            return Optional.of(leader.view());
        }
        var hazard = hazards.get(id);
        if (hazard != null) {
            return Optional.of(hazard);
        }
        lock.lock();
        try {
            return Optional.ofNullable(over.get(id));
        } finally {
            lock.unlock();
        }
    }

    /// All that can be shown so.
    List<TransactionResource> views() {
        var views = new LinkedHashMap<UUID, TransactionResource>();
        lock.lock();
        try {
            over.forEach((id, view) -> views.put(id.value(), view));
        } finally {
            lock.unlock();
        }
        hazards.forEach((id, view) -> views.put(id.value(), view));
        leaders.forEach((id, leader) -> views.put(id.value(), leader.view()));
        return List.copyOf(views.values());
    }

    boolean endsInAHazard(TransactionId id) {
        return hazards.containsKey(id);
    }

    int hazards() {
        hazards.keySet().removeIf(this::hasEnded);
        return hazards.size();
    }

    private boolean hasEnded(TransactionId id) {
        return switch (parts.acceptor().state(id)) {
            case PaxosAcceptor.State.Closed(var _, var ended) -> ended;
            case PaxosAcceptor.State.Blank _, PaxosAcceptor.State.Dropped _ -> true;
            case PaxosAcceptor.State.Open _ -> false;
        };
    }

    Set<TransactionId> among(Collection<TransactionId> ids) {
        return ids.stream().filter(leaders::containsKey).collect(Collectors.toSet());
    }

    // ---- to the acceptors and back

    /// Asks an acceptor for a leader, which hears the answer.
    void ask(Leader leader, String acceptor, Request request) {
        Consumer<Reply> onReply = reply -> leader.on(new Input.Heard(acceptor, reply));
        if (acceptor.equals(parts.node())) {
            parts.workers().execute(() -> {
                try {
                    askHere(leader.id(), request, reply -> reply.ifPresent(onReply));
                } catch (IllegalStateException notAdmitted) {
                    LOG.debug("{}: {}", leader.id(), notAdmitted.getMessage());
                }
            });
        } else {
            parts.peers().ask(acceptor, leader.id(), request, onReply);
        }
    }

    /// Asks the acceptor of this node.
    ///
    /// @param onDone called once, when the answer may leave; not when the process has to end first
    /// @throws IllegalStateException when it may not take part
    void askHere(TransactionId id, Request request, Consumer<Optional<Reply>> onDone) {
        try {
            parts.acceptor()
                    .ask(
                            id,
                            request,
                            reply -> parts.workers().execute(() -> onDone.accept(reply)),
                            took -> parts.workers().execute(() -> report(id, took)));
        } catch (IOException broken) {
            throw new IllegalStateException("the log of this acceptor is broken", broken);
        }
        if (request instanceof Request.Close(var outcome, var ended)) {
            heard(parts.node(), id, new Reply.Closed(outcome, ended));
        }
    }

    private void report(TransactionId id, Reply.Took took) {
        parts.crashPoints().hit(CrashPoint.C12_ACCEPTED);
        var leader = took.ballot().node();
        if (leader.equals(parts.node())) {
            heard(leader, id, took);
        } else {
            parts.peers().report(leader, id, took);
        }
    }

    /// An acceptor says something that nobody waits for; whoever leads the transaction here hears it.
    void heard(String acceptor, TransactionId id, Reply reply) {
        var leader = leaders.get(id);
        if (leader != null) {
            leader.on(new Input.Heard(acceptor, reply));
        }
    }

    /// Transactions with hazards, to be shown.
    Collection<TransactionResource> hazardous() {
        return new ArrayList<>(hazards.values());
    }
}
