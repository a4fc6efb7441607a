package io.covenant.locks.node;

import io.covenant.consensus.node.Confirmation;
import io.covenant.consensus.node.FatalHandler;
import io.covenant.consensus.node.Outcome;
import io.covenant.consensus.node.RaftNode;
import io.covenant.consensus.node.Reading;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.primary.Effect;
import io.covenant.locks.primary.Input;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Input.Standing;
import io.covenant.locks.primary.Primary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives the primary's part of a node: hands it one input after the other, from whatever thread it comes, carries
/// its effects out by the log, and wakes it when its time has come.
final class PrimaryDriver {

    private static final Logger LOG = LoggerFactory.getLogger(PrimaryDriver.class);

    private final NodeOptions options;
    private final NamespaceMachine machine;
    private final RaftNode<Result> raft;
    private final FatalHandler fatal;

    /// Guards the primary's part; held for moments only.
    private final ReentrantLock guard = new ReentrantLock();

    private final Condition sooner = guard.newCondition();
    private final Primary primary;
    private long wakeAt;

    private final Map<Long, CompletableFuture<Answer>> asked = new ConcurrentHashMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private final Thread ticking;
    private volatile boolean closed;

    /// @param fatal ends the process when the part fails
    PrimaryDriver(NodeOptions options, NamespaceMachine machine, RaftNode<Result> raft, FatalHandler fatal) {
        this.options = options;
        this.machine = machine;
        this.raft = raft;
        this.fatal = fatal;
        primary = new Primary(options.primary(), System.nanoTime());
        wakeAt = primary.deadline();
        ticking = Thread.ofPlatform().daemon().name(options.name() + "-primary").unstarted(this::tick);
    }

    void start() {
        ticking.start();
    }

    /// Whoever still waits is told that this node leads no longer.
    void close() {
        closed = true;
        ticking.interrupt();
        asked.values().forEach(future -> future.complete(new Answer.NotPrimary(null)));
        asked.clear();
    }

    // ---- what clients ask

    CompletableFuture<Answer> ask(Command command, Duration patience) {
        return submit(List.of(command), (ticket, one) -> new Input.Ask(ticket, one, patience.toMillis()))
                .getFirst();
    }

    List<CompletableFuture<Answer>> ask(List<? extends Command> commands) {
        return submit(commands, (ticket, command) -> new Input.Ask(ticket, command, 0));
    }

    List<CompletableFuture<Answer>> renew(List<LockNode.Renewal> renewals) {
        return submit(renewals, (ticket, one) -> new Input.Renew(ticket, one.session(), one.ackUpTo()));
    }

    private <T> List<CompletableFuture<Answer>> submit(
            List<? extends T> wishes, BiFunction<Long, ? super T, Input> input) {
        var futures = new ArrayList<CompletableFuture<Answer>>(wishes.size());
        var inputs = new ArrayList<Input>(wishes.size());
        for (var wish : wishes) {
            var future = new CompletableFuture<Answer>();
            futures.add(future);
            if (closed) {
                future.complete(new Answer.NotPrimary(null));
            } else {
                long ticket = tickets.incrementAndGet();
                asked.put(ticket, future);
                inputs.add(input.apply(ticket, wish));
            }
        }
        on(inputs);
        return futures;
    }

    // ---- what is known

    OptionalLong remainingMillis(long session) {
        guard.lock();
        try {
            return primary.remainingMillis(System.nanoTime(), session);
        } finally {
            guard.unlock();
        }
    }

    Primary.Figures figures() {
        guard.lock();
        try {
            return primary.figures();
        } finally {
            guard.unlock();
        }
    }

    long logicalMillis() {
        guard.lock();
        try {
            return primary.isArmed() ? primary.logicalMillis() : machine.timeMillis();
        } finally {
            guard.unlock();
        }
    }

    // ---- inputs and effects

    void on(Input input) {
        on(List.of(input));
    }

    private void on(List<? extends Input> inputs) {
        try {
            step(inputs);
        } catch (RuntimeException | Error failure) {
            fatal.onFatal("the primary's part of %s failed".formatted(options.name()), failure);
        }
    }

    private void step(List<? extends Input> inputs) {
        List<Effect> effects;
        guard.lock();
        try {
            long now = System.nanoTime();
            effects = primary.on(now, inputs);
            long deadline = primary.deadline();
            if (deadline - wakeAt < 0) {
                wakeAt = deadline;
                sooner.signal();
            }
        } finally {
            guard.unlock();
        }
        var proposed = new ArrayList<Effect.Propose>(inputs.size());
        for (var effect : effects) {
            if (effect instanceof Effect.Propose propose) {
                proposed.add(propose);
            } else {
                perform(effect);
            }
        }
        if (!proposed.isEmpty()) {
            propose(proposed);
        }
    }

    private void tick() {
        while (!closed) {
            guard.lock();
            try {
                wakeAt = primary.deadline();
                for (long left = wakeAt - System.nanoTime(); left > 0 && !closed; left = wakeAt - System.nanoTime()) {
                    sooner.awaitNanos(left);
                }
            } catch (InterruptedException end) {
                return;
            } finally {
                guard.unlock();
            }
            on(new Input.Tick());
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Propose propose -> propose(List.of(propose));
            case Effect.Tell(var ticket, var answer) -> {
                var future = asked.remove(ticket);
                if (future != null) {
                    future.complete(answer);
                }
            }
            case Effect.Confirm(var round) -> {
                var _ = raft.confirmLeadership()
                        .thenAccept(confirmation -> on(new Input.Confirmed(round, standing(confirmation))));
            }
            case Effect.Arm(var term) -> {
                var _ = raft.read(() -> arm(term));
            }
            case Effect.Collect(var at, var atMost) -> {
                var _ = raft.readHere(() -> collect(at, atMost));
            }
            case Effect.Find(var ticket, var session) -> {
                var _ = raft.read(() -> machine.namespace().session(session).isPresent())
                        .thenAccept(reading -> on(found(ticket, reading)));
            }
        }
    }

    private boolean collect(long atMillis, int atMost) {
        on(new Input.Due(machine.namespace().timers().due(atMillis, atMost)));
        return true;
    }

    /// All in one go: what is proposed together is written, sent and forced together.
    private void propose(List<Effect.Propose> proposes) {
        var commands = new ArrayList<byte[]>(proposes.size());
        var fitting = new ArrayList<Effect.Propose>(proposes.size());
        for (var propose : proposes) {
            var command = encoded(propose);
            if (command == null) {
                on(new Input.Proposed(propose.proposal(), new Fate.Overloaded()));
            } else {
                commands.add(command);
                fitting.add(propose);
            }
        }
        var outcomes = raft.propose(commands);
        for (int i = 0; i < outcomes.size(); i++) {
            long proposal = fitting.get(i).proposal();
            var _ = outcomes.get(i).thenAccept(outcome -> on(new Input.Proposed(proposal, fate(outcome))));
        }
    }

    private byte @Nullable [] encoded(Effect.Propose propose) {
        try {
            var bytes = new StampedCommand(propose.timeMillis(), propose.command()).encode();
            if (bytes.length <= options.settings().raft().maxCommandBytes()) {
                return bytes;
            }
            LOG.error("a command of {} bytes is larger than any may be", bytes.length);
        } catch (IllegalArgumentException tooLarge) {
            LOG.error("a command could not be written: {}", tooLarge.getMessage());
        }
        return null;
    }

    /// On the thread that applies entries, between two of them.
    private boolean arm(long term) {
        var namespace = machine.namespace();
        long time = namespace.timeMillis();
        on(new Input.Armed(
                term,
                namespace.epoch(),
                // Only so that the first times of a new group look like times; nobody's clock is compared.
                time == 0 ? System.currentTimeMillis() : time,
                namespace.timers().arm(options.primary().grace().toMillis()),
                machine.nextDue()));
        return true;
    }

    private static Fate fate(Outcome<Result> outcome) {
        return switch (outcome) {
            case Outcome.Applied<Result>(var _, var term, var result) -> new Fate.Done(term, result);
            case Outcome.NotLeader<Result>(var leader) -> new Fate.NotLeader(leader == null ? null : leader.name());
            case Outcome.Overloaded<Result> _ -> new Fate.Overloaded();
            case Outcome.Unknown<Result> _ -> new Fate.Unknown();
        };
    }

    private static Standing standing(Confirmation confirmation) {
        return switch (confirmation) {
            case Confirmation.Confirmed(var term, var _) -> new Standing.Leads(term);
            case Confirmation.NotLeader(var leader) -> new Standing.NotLeader(leader == null ? null : leader.name());
            case Confirmation.Overloaded _ -> new Standing.Overloaded();
        };
    }

    private Input.Found found(long ticket, Reading<Boolean> reading) {
        return switch (reading) {
            case Reading.Value<Boolean>(var known, var index) ->
                new Input.Found(ticket, known, index, new Standing.Leads(raft.term()));
            case Reading.NotLeader<Boolean>(var leader) ->
                new Input.Found(ticket, false, 0, new Standing.NotLeader(leader == null ? null : leader.name()));
            case Reading.Overloaded<Boolean> _ -> new Input.Found(ticket, false, 0, new Standing.Overloaded());
        };
    }
}
