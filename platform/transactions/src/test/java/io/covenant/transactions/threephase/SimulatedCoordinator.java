package io.covenant.transactions.threephase;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.ClientMessage;
import io.covenant.transactions.threephase.CoordinatorsDatabase.BeginRecord;
import io.covenant.transactions.threephase.CoordinatorsDatabase.Closed;
import io.covenant.transactions.threephase.CoordinatorsDatabase.Request;
import io.covenant.transactions.threephase.CoordinatorsDatabase.Taken;
import io.covenant.transactions.threephase.CoordinatorsDatabase.View;
import io.covenant.transactions.threephase.ThreePhaseCommit.Effect;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseCommit.State;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One coordinator: a thin shell around the core.
///
/// - Asked to run a transaction, it inserts the begin record unless there is one. Whose attempt is on
///   record drives it; everybody else waits for the outcome.
/// - It beats while it lives. Attempts whose owner has not beaten for a lease are terminated by another.
/// - A participant that inquires gets a termination started, with the coordinators' database or without it.
final class SimulatedCoordinator implements Program {

    private static final Duration PATIENCE = Duration.ofMillis(400);
    private static final Duration BEAT = Duration.ofMillis(300);
    private static final Duration SCAN = Duration.ofMillis(450);
    private static final Duration POLL = Duration.ofMillis(150);
    private static final Duration FIRST_RETRY = Duration.ofMillis(150);
    private static final Duration LAST_RETRY = Duration.ofMillis(1_200);
    private static final Duration CLIENT_WAIT = Duration.ofSeconds(2);

    /// Of an answer that rests on what was forced.
    private static final int FOR_EVER = Integer.MAX_VALUE;

    private final Node node;
    private final String owner;
    private final Services services;
    private final History history;
    private final Set<PlantedBug> bugs;
    private final TimeOutRule rule;
    private final Map<AttemptKey, Driver> drivers = new LinkedHashMap<>();

    SimulatedCoordinator(Node node, Services services, History history, Set<PlantedBug> bugs) {
        this.node = node;
        this.owner = node.name() + "#" + node.incarnation();
        this.services = services;
        this.history = history;
        this.bugs = bugs;
        this.rule = PlantedBug.rule(bugs);
        node.every(BEAT, () -> node.send(services.database(), new CoordinatorsDatabase.Beat(owner)));
        node.every(SCAN, this::takeOver);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof ClientMessage.Run run) {
            run(from, run);
        } else if (message instanceof Message known) {
            switch (known) {
                case Message.Voted(var branch, var vote) -> on(branch, new Input.Voted(branch, vote));
                case Message.Answered(var branch, var answer) -> on(branch, answer);
                case Message.Acked(var branch, var ack) -> on(branch, new Input.Acked(new Site.Branch(branch), ack));
                case Message.Inquire(var branch, var works) -> inquire(from, branch, works);
                case Message.Prepare _, Message.Ask _, Message.Tell _ ->
                    throw new IllegalArgumentException("not for a coordinator: " + known);
            }
        }
    }

    private void on(BranchId branch, Input input) {
        var driver = drivers.get(AttemptKey.of(branch));
        if (driver != null) {
            driver.on(input);
        }
    }

    private void run(String client, ClientMessage.Run run) {
        var key = new AttemptKey(run.id(), new Attempt(node.dice().next()));
        var deadline = node.now().plus(run.deadline());
        begin(client, new BeginRecord(key, run.works(), deadline, owner, 1, Optional.empty(), false));
    }

    /// Asks until it knows: a begin record that nobody drives, of an owner that lives, would stay for ever.
    private void begin(String client, BeginRecord mine) {
        ask(
                new Request.Begin(mine),
                reply -> {
                    var view = (View) reply;
                    var running = view.begin().flatMap(record -> Optional.ofNullable(drivers.get(record.key())));
                    if (view.outcome().isPresent()) {
                        answer(client, mine.key().id(), view);
                    } else if (running.isPresent() && !running.get().answered) {
                        running.get().clients.add(client);
                    } else if (view.begin().equals(Optional.of(mine))) {
                        drive(mine, Set.of(client), core -> ThreePhaseCommit.begin(branches(mine)));
                    } else {
                        await(client, mine.key(), node.world().elapsed().plus(CLIENT_WAIT));
                    }
                },
                () -> begin(client, mine));
    }

    /// Reads until there is an outcome, no longer than a client would wait.
    private void await(String client, AttemptKey key, Duration until) {
        Runnable again = () -> node.after(POLL, () -> await(client, key, until));
        ask(
                new Request.Read(key),
                reply -> {
                    var view = (View) reply;
                    if (view.outcome().isPresent() || node.world().elapsed().compareTo(until) >= 0) {
                        answer(client, key.id(), view);
                    } else {
                        again.run();
                    }
                },
                again);
    }

    private void answer(String client, TransactionId id, View view) {
        view.outcome().ifPresent(decision -> history.told(id, decision, view.asOf()));
        node.send(client, new ClientMessage.Answer(id, view.outcome()));
    }

    /// Also finds again what an earlier scan took over when its reply was lost.
    private void takeOver() {
        var driven = drivers.values().stream()
                .flatMap(driver -> Optional.ofNullable(driver.record).stream())
                .map(BeginRecord::lease)
                .collect(Collectors.toSet());
        ask(
                new Request.TakeOver(owner, driven),
                reply -> {
                    for (var taken : (List<?>) reply) {
                        takeOver((Taken) taken);
                    }
                },
                () -> {});
    }

    /// To read the register saves an election and must not be needed: every other take-over does without.
    private void takeOver(Taken taken) {
        var record = taken.begin();
        history.count(Event.TAKE_OVER);
        drive(record, waiting(record.key()), core -> {
            if (taken.committed().isPresent() && record.epoch() % 2 == 1) {
                return ThreePhaseCommit.resume(
                        branches(record), taken.committed().get());
            }
            return record.closed().isPresent()
                    ? ThreePhaseCommit.resume(branches(record), record.closed().get())
                    : core.terminate(branches(record));
        });
    }

    private Set<String> waiting(AttemptKey key) {
        var before = drivers.get(key);
        return before == null ? Set.of() : before.clients;
    }

    private static SortedSet<BranchId> branches(BeginRecord record) {
        return branches(record.key(), record.works());
    }

    private static SortedSet<BranchId> branches(AttemptKey key, List<BranchWork> works) {
        return BranchWork.branches(works, key.id(), key.attempt());
    }

    private void inquire(String from, BranchId branch, List<BranchWork> works) {
        var key = AttemptKey.of(branch);
        if (drivers.containsKey(key)) {
            return;
        }
        ask(
                new Request.Read(key),
                reply -> {
                    var view = (View) reply;
                    var deadline = view.begin()
                            .filter(record -> record.key().equals(key))
                            .map(BeginRecord::deadline);
                    inquired(from, branch, works, ThreePhaseInquiry.answer(view.standing(), deadline, node.now()));
                },
                () -> {
                    history.count(Event.TERMINATION_BLIND);
                    inquired(
                            from,
                            branch,
                            works,
                            ThreePhaseInquiry.answer(Standing.NEW, Optional.<Instant>empty(), node.now()));
                });
    }

    private void inquired(String from, BranchId branch, List<BranchWork> works, ThreePhaseInquiry.Answer answer) {
        var key = AttemptKey.of(branch);
        switch (answer) {
            case ThreePhaseInquiry.Answer.Decided(var outcome) -> {
                history.count(Event.INQUIRY_DECIDED);
                node.send(from, new Message.Tell(branch, outcome));
            }
            case ThreePhaseInquiry.Answer.Undecided _ -> {}
            case ThreePhaseInquiry.Answer.Terminate _ -> {
                if (!drivers.containsKey(key) && !works.isEmpty()) {
                    history.count(Event.TERMINATION);
                    drive(key, works, null, Set.of(), core -> core.terminate(branches(key, works)));
                }
            }
        }
    }

    private void ask(Request request, Consumer<Object> onReply, Runnable onSilence) {
        node.ask(services.database(), request, PATIENCE, onReply, onSilence);
    }

    /// How a drive starts.
    private interface Start {
        Step<State, Effect> with(ThreePhaseCommit core);
    }

    private void drive(BeginRecord record, Set<String> clients, Start start) {
        drive(record.key(), record.works(), record, clients, start);
    }

    private void drive(
            AttemptKey key, List<BranchWork> works, @Nullable BeginRecord record, Set<String> clients, Start start) {
        var elector = bugs.contains(PlantedBug.ELECTORS_ALIKE) ? 1 : node.dice().next();
        var step = start.with(new ThreePhaseCommit(elector, rule));
        new Driver(key, works, record, clients, step, PlantedCores.coordinator(bugs, elector)).start(step);
    }

    /// One attempt that this coordinator drives.
    private final class Driver {

        private final AttemptKey key;
        private final List<BranchWork> works;
        private final @Nullable BeginRecord record;
        private final Set<String> clients;
        private final Protocol<State, Input, Effect> core;
        private State state;
        private boolean answered;
        private boolean closing;
        private Duration retry = FIRST_RETRY;

        Driver(
                AttemptKey key,
                List<BranchWork> works,
                @Nullable BeginRecord record,
                Set<String> clients,
                Step<State, Effect> first,
                Protocol<State, Input, Effect> core) {
            this.key = key;
            this.works = works;
            this.record = record;
            this.clients = new LinkedHashSet<>(clients);
            this.core = core;
            this.state = first.next();
        }

        void start(Step<State, Effect> first) {
            drivers.put(key, this);
            become(first);
            if (record != null) {
                var left = Duration.between(node.now(), record.deadline());
                node.after(left.isNegative() ? Duration.ZERO : left, () -> on(new Input.Expired()));
            }
            retryLater();
        }

        void on(Input input) {
            history.heard(key, state, input);
            become(core.on(state, input));
        }

        private void become(Step<State, Effect> step) {
            var before = state;
            state = step.next();
            if (state instanceof State.Telling(var outcome, var _, var _) && !(before instanceof State.Telling)) {
                history.decided(key, outcome, before);
            }
            step.effects().forEach(this::perform);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Prepare(var to, var _) -> sendTo(to, new Message.Prepare(to, works));
                case Effect.Elect(var to, var election) -> {
                    history.count(Event.ELECTION);
                    askSite(to, new ThreePhaseParticipant.Request.Elect(election));
                }
                case Effect.Attempt(var to, var election, var outcome) ->
                    askSite(to, new ThreePhaseParticipant.Request.Attempt(election, outcome));
                case Effect.Tell(Site.Branch(var branch), var outcome) ->
                    sendTo(branch, new Message.Tell(branch, outcome));
                case Effect.Tell(Site.Coordinators site, var outcome) ->
                    ask(new Request.Learn(key, outcome), _ -> on(new Input.Acked(site, Ack.DONE)), () -> {});
                case Effect.Answer(var decision) -> answerAll(decision, FOR_EVER);
                case Effect.Close(var decision) -> close(decision);
                case Effect.End(var decision) -> end(decision);
            }
        }

        private void askSite(Site site, ThreePhaseParticipant.Request request) {
            switch (site) {
                case Site.Branch(var branch) -> sendTo(branch, new Message.Ask(branch, request));
                case Site.Coordinators _ -> ask(new Request.Ask(key, request), reply -> on((Input) reply), () -> {});
            }
        }

        /// With jitter, so that two who outran each other do not do so for ever.
        private void retryLater() {
            node.after(node.dice().between(retry.dividedBy(2), retry.multipliedBy(2)), () -> {
                if (!(state instanceof State.Finished) && isMine()) {
                    on(new Input.Retry());
                    retry = retry.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? retry.multipliedBy(2) : LAST_RETRY;
                    retryLater();
                }
            });
        }

        private void answerAll(Decision decision, int asOf) {
            answered = true;
            clients.forEach(client -> {
                history.told(key.id(), decision, asOf);
                node.send(client, new ClientMessage.Answer(key.id(), Optional.of(decision)));
            });
            clients.clear();
            closing = false;
            if (state instanceof State.Finished(var ended, var _)) {
                end(ended);
            }
        }

        /// Until the client is answered: the end must not overtake it, or nobody could say what the outcome
        /// was.
        private void close(Decision decision) {
            closing = true;
            if (decision == Decision.ABORT && bugs.contains(PlantedBug.ABORT_ANSWERED_UNRECORDED)) {
                answerAll(decision, FOR_EVER);
                return;
            }
            ask(
                    new Request.Close(key, decision),
                    reply -> {
                        var closed = (Closed) reply;
                        if (closed.kept()) {
                            history.closed(decision);
                            answerAll(decision, closed.asOf());
                        } else {
                            bury();
                        }
                    },
                    () -> close(decision));
        }

        /// The record of this attempt cannot carry the answer: the client may hear only what is on record of
        /// the transaction.
        private void bury() {
            ask(
                    new Request.Tombstone(key),
                    reply -> {
                        var view = (View) reply;
                        if (view.outcome().isPresent()) {
                            answerAll(view.outcome().get(), view.asOf());
                        } else {
                            node.after(POLL, this::bury);
                        }
                    },
                    this::bury);
        }

        private void end(Decision decision) {
            if (closing) {
                return;
            }
            if (record == null) {
                drivers.remove(key, this);
                return;
            }
            ask(
                    new Request.End(key, owner, record.epoch(), decision),
                    _ -> drivers.remove(key, this),
                    () -> end(decision));
        }

        /// Not when this coordinator started anew meanwhile.
        private boolean isMine() {
            return drivers.get(key) == this;
        }

        private void sendTo(BranchId branch, Message message) {
            var service = BranchWork.named(branch.name(), works).service();
            node.send(node.dice().pick(services.instancesOf(service)), message);
        }
    }
}
