package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.wire.SettleReply.Settled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells services what was decided, until they answer.
///
/// A service gets few requests at a time; whatever is to be told meanwhile goes into the next one. So a lone
/// decision waits for nothing, and many share their requests. Those of different kinds take turns: however many
/// commits there are, a rollback waits for one request of them. A service that does not answer is asked by one request
/// at a time, at growing intervals, however many branches wait for it.
final class Teller implements AutoCloseable {

    /// Hears what a branch made of the decision.
    interface Listener {

        /// The service has answered for this branch.
        void told(BranchId branch, Settled answer);

        /// The service has not answered; it will be told again.
        void unheard(BranchId branch, String reason);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Teller.class);

    private final Participants participants;
    private final Executor workers;
    private final ScheduledExecutorService timers;
    private final Backoff backoff;
    private final int requestsInFlight;
    private final int maxBatch;
    private final Map<String, Outbox> outboxes = new ConcurrentHashMap<>();

    private volatile Set<String> paused = Set.of();
    private volatile boolean closed;

    Teller(
            Participants participants,
            Executor workers,
            ScheduledExecutorService timers,
            Backoff backoff,
            TransactionSettings settings) {
        this.participants = participants;
        this.workers = workers;
        this.timers = timers;
        this.backoff = backoff;
        this.requestsInFlight = settings.finishRequestsInFlight();
        this.maxBatch = settings.maxFinishBatch();
    }

    /// Tells a branch, unless it is being told already.
    void tell(String service, BranchId branch, Finish how, Listener listener) {
        outboxes.computeIfAbsent(service, Outbox::new).add(new Telling(branch, how, null, listener));
    }

    /// Tells a branch under three-phase commit what became of its attempt, unless it is being told already.
    void tell(String service, BranchId branch, Outcome outcome, Listener listener) {
        var how = Finish.ofPrepared(outcome.decisionFor(branch));
        outboxes.computeIfAbsent(service, Outbox::new).add(new Telling(branch, how, outcome, listener));
    }

    /// Tells these services nothing, and all others what they have to be told.
    void pause(Set<String> services) {
        paused = Set.copyOf(services);
        outboxes.values().forEach(Outbox::pumpAgain);
    }

    /// Whether this service is to be told nothing.
    boolean leavesInPeace(String service) {
        return paused.contains(service);
    }

    /// Tries a service that does not answer at once, whatever it was to wait for.
    void tryNow(String service) {
        var outbox = outboxes.get(service);
        if (outbox != null) {
            outbox.resume();
        }
    }

    /// Until a service that does not answer is tried again.
    Optional<Duration> nextAttempt(String service) {
        var outbox = outboxes.get(service);
        return outbox == null ? Optional.empty() : outbox.nextAttempt();
    }

    /// Tells nobody any more.
    @Override
    public void close() {
        closed = true;
    }

    /// @param outcome of the whole attempt, under three-phase commit
    private record Telling(
            BranchId branch, Finish how, @Nullable Outcome outcome, Listener listener) {

        Kind kind() {
            return new Kind(how, outcome != null);
        }
    }

    /// Those of one kind share requests, since the path of a request says what is told.
    private record Kind(Finish how, boolean withOutcome) {}

    /// What one service has to be told.
    private final class Outbox {

        private final String service;
        private final ReentrantLock lock = new ReentrantLock();
        /// Whose turn is next comes first. No queue is empty.
        private final Map<Kind, Queue<Telling>> waiting = new LinkedHashMap<>();
        private final Set<BranchId> known = new HashSet<>();
        private int inFlight;
        private int failures;
        private final Pause pause = new Pause(backoff, timers, this::pumpAgain);

        Outbox(String service) {
            this.service = service;
        }

        void add(Telling telling) {
            lock.lock();
            try {
                if (known.add(telling.branch())) {
                    enqueue(telling);
                    pump();
                }
            } finally {
                lock.unlock();
            }
        }

        private void enqueue(Telling telling) {
            waiting.computeIfAbsent(telling.kind(), _ -> new ArrayDeque<>()).add(telling);
        }

        /// Sends what may be sent.
        private void pump() {
            while (!closed
                    && !pause.isOn()
                    && !paused.contains(service)
                    && inFlight < (failures > 0 ? 1 : requestsInFlight)) {
                var batch = next();
                if (batch.isEmpty()) {
                    return;
                }
                inFlight++;
                workers.execute(() -> send(batch));
            }
        }

        private List<Telling> next() {
            var turns = waiting.entrySet().iterator();
            if (!turns.hasNext()) {
                return List.of();
            }
            var turn = turns.next();
            turns.remove();
            var queue = turn.getValue();
            var batch = new ArrayList<Telling>(Math.min(queue.size(), maxBatch));
            while (batch.size() < maxBatch && !queue.isEmpty()) {
                batch.add(queue.remove());
            }
            if (!queue.isEmpty()) {
                waiting.put(turn.getKey(), queue); // behind the others
            }
            return batch;
        }

        private void send(List<Telling> batch) {
            FinishAnswer answer;
            try {
                answer = tell(batch);
            } catch (RuntimeException e) {
                LOG.error("telling {} failed in a way that nobody expected", service, e);
                answer = new FinishAnswer.Unanswered(e.toString());
            }
            switch (answer) {
                case FinishAnswer.Answered(var results) -> answered(batch, results);
                case FinishAnswer.Unanswered(var reason) -> unanswered(batch, reason);
            }
        }

        private FinishAnswer tell(List<Telling> batch) {
            var how = batch.getFirst().how();
            if (batch.getFirst().outcome() == null) {
                return participants.finish(
                        service, how, batch.stream().map(Telling::branch).toList());
            }
            var outcomes = new LinkedHashMap<BranchId, Outcome>();
            batch.forEach(telling -> outcomes.put(telling.branch(), Objects.requireNonNull(telling.outcome())));
            return participants.tell(service, how, outcomes);
        }

        private void answered(List<Telling> batch, List<Settled> results) {
            var byGid = new HashMap<String, Settled>(results.size() * 2);
            results.forEach(result -> byGid.put(result.gid(), result));
            var silent = new ArrayList<Telling>(0);
            lock.lock();
            try {
                inFlight--;
                if (failures > 0) {
                    LOG.info("{} answers again", service);
                    failures = 0;
                }
                for (var telling : batch) {
                    if (byGid.containsKey(telling.branch().gid())) {
                        known.remove(telling.branch());
                    } else {
                        silent.add(telling);
                    }
                }
                pump();
            } finally {
                lock.unlock();
            }
            for (var telling : batch) {
                var result = byGid.get(telling.branch().gid());
                if (result != null) {
                    telling.listener().told(telling.branch(), result);
                }
            }
            if (!silent.isEmpty()) {
                LOG.error("{} left out {} of {} branches that it was told about", service, silent.size(), batch.size());
                again(silent, "the answer left this branch out");
            }
        }

        private void unanswered(List<Telling> batch, String reason) {
            lock.lock();
            try {
                inFlight--;
            } finally {
                lock.unlock();
            }
            again(batch, reason);
        }

        private void again(List<Telling> batch, String reason) {
            lock.lock();
            try {
                batch.forEach(this::enqueue);
                failures++;
                if (failures == 1) {
                    LOG.warn("{} does not answer: {}", service, reason);
                }
                if (!closed) {
                    pause.begin(failures);
                }
            } finally {
                lock.unlock();
            }
            batch.forEach(telling -> telling.listener().unheard(telling.branch(), reason));
        }

        private void pumpAgain() {
            lock.lock();
            try {
                pump();
            } finally {
                lock.unlock();
            }
        }

        private Optional<Duration> nextAttempt() {
            lock.lock();
            try {
                return pause.left();
            } finally {
                lock.unlock();
            }
        }

        private void resume() {
            lock.lock();
            try {
                pause.end();
                pump();
            } finally {
                lock.unlock();
            }
        }
    }
}
