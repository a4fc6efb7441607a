package io.covenant.transactions.twophase;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.simulated.ClientMessage;
import io.covenant.transactions.simulated.SimulatedDatabase;
import io.covenant.transactions.twophase.SimulatedRegister.BeginRecord;
import io.covenant.transactions.twophase.SimulatedRegister.Closed;
import io.covenant.transactions.twophase.SimulatedRegister.Request;
import io.covenant.transactions.twophase.SimulatedRegister.Standing;
import io.covenant.transactions.twophase.TwoPhaseCommit.Effect;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input.Chosen;
import io.covenant.transactions.twophase.TwoPhaseCommit.State;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// One coordinator: a thin shell around the core.
///
/// - Asked to run a transaction, it inserts the begin record unless there is one. Whose attempt is on
///   record drives it; everybody else waits for the outcome.
/// - It beats while it lives. Attempts whose owner has not beaten for a lease are taken over under a higher
///   epoch, even when the owner only paused.
/// - It answers inquiries, and writes a tombstone first where [OutcomeInquiry] wants one.
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

    private record Key(TransactionId id, Attempt attempt) {}

    private final Node node;
    private final String owner;
    private final Services services;
    private final History history;
    private final Set<PlantedBug> bugs;
    private final Protocol<State, Input, Effect> core;
    private final Map<Key, Driver> drivers = new LinkedHashMap<>();

    SimulatedCoordinator(
            Node node, Services services, History history, Set<PlantedBug> bugs, Protocol<State, Input, Effect> core) {
        this.node = node;
        this.owner = node.name() + "#" + node.incarnation();
        this.services = services;
        this.history = history;
        this.bugs = bugs;
        this.core = core;
        node.every(BEAT, () -> node.send(services.register(), new SimulatedRegister.Beat(owner)));
        node.every(SCAN, this::takeOver);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof ClientMessage.Run run) {
            run(from, run);
        } else if (message instanceof Message known) {
            switch (known) {
                case Message.Voted(var branch, var vote) -> on(branch, new Input.Voted(branch, vote));
                case Message.Acked(var branch, var ack) -> on(branch, new Input.Acked(branch, ack));
                case Message.Inquire(var branch) -> inquire(from, branch);
                case Message.Prepare _, Message.Tell _, Message.Inquired _ ->
                    throw new IllegalArgumentException("not for a coordinator: " + known);
            }
        }
    }

    private void on(BranchId branch, Input input) {
        var driver = drivers.get(new Key(branch.transaction(), branch.attempt()));
        if (driver != null) {
            driver.on(input);
        }
    }

    private void run(String client, ClientMessage.Run run) {
        var attempt = new Attempt(
                bugs.contains(PlantedBug.ATTEMPT_NOT_IN_BRANCH)
                        ? 0
                        : node.dice().next());
        var deadline = node.now().plus(run.deadline());
        var mine = new BeginRecord(run.id(), attempt, run.works(), deadline, owner, 1, Optional.empty(), false);
        begin(client, mine);
    }

    /// Asks until it knows: a begin record that nobody drives, of an owner that lives, would stay for ever.
    private void begin(String client, BeginRecord mine) {
        ask(
                new Request.Begin(mine),
                reply -> {
                    var standing = (Standing) reply;
                    var running = standing.begin().flatMap(this::unanswered);
                    if (standing.outcome().isPresent()) {
                        answer(client, mine.id(), standing);
                    } else if (running.isPresent()) {
                        running.get().clients.add(client);
                    } else if (standing.begin().equals(Optional.of(mine))) {
                        new Driver(mine, Set.of(client), TwoPhaseCommit.begin(mine.branches())).start();
                    } else {
                        await(client, mine.id(), node.world().elapsed().plus(CLIENT_WAIT));
                    }
                },
                () -> begin(client, mine));
    }

    private Optional<Driver> unanswered(BeginRecord record) {
        return Optional.ofNullable(drivers.get(new Key(record.id(), record.attempt())))
                .filter(driver -> !driver.answered);
    }

    /// Reads until there is an outcome, no longer than a client would wait.
    private void await(String client, TransactionId id, Duration until) {
        Runnable again = () -> node.after(POLL, () -> await(client, id, until));
        ask(
                new Request.Read(id),
                reply -> {
                    var standing = (Standing) reply;
                    if (standing.outcome().isPresent() || node.world().elapsed().compareTo(until) >= 0) {
                        answer(client, id, standing);
                    } else {
                        again.run();
                    }
                },
                again);
    }

    private void answer(String client, TransactionId id, Standing standing) {
        standing.outcome().ifPresent(decision -> history.told(id, decision, standing.asOf()));
        node.send(client, new ClientMessage.Answer(id, standing.outcome()));
    }

    /// Also finds again what an earlier scan took over when its reply was lost.
    private void takeOver() {
        var driven =
                drivers.values().stream().map(driver -> driver.record.lease()).collect(Collectors.toSet());
        ask(
                new Request.TakeOver(owner, driven),
                reply -> {
                    for (var record : (List<?>) reply) {
                        takeOver((BeginRecord) record);
                    }
                },
                () -> {});
    }

    private void takeOver(BeginRecord record) {
        history.count(Event.TAKE_OVER);
        if (bugs.contains(PlantedBug.TAKE_OVER_COMMITS)) {
            commitIfPrepared(record, List.copyOf(record.branches()), 0);
        } else if (bugs.contains(PlantedBug.TAKE_OVER_VOTES_ANEW)) {
            drive(record, TwoPhaseCommit.begin(record.branches()));
        } else if (bugs.contains(PlantedBug.TAKE_OVER_PRESUMES_ABORT)) {
            var voting = new State.Voting(new TreeSet<>(record.branches()), new TreeSet<>());
            drive(record, new TwoPhaseCommit().on(voting, new Input.Expired()));
        } else {
            drive(record, TwoPhaseCommit.takeOver(record.branches()));
        }
    }

    private void drive(BeginRecord record, Step<State, Effect> step) {
        var before = drivers.get(new Key(record.id(), record.attempt()));
        new Driver(record, before == null ? Set.of() : before.clients, step).start();
    }

    /// For [PlantedBug#TAKE_OVER_COMMITS] only: asks one branch's database after the other.
    private void commitIfPrepared(BeginRecord record, List<BranchId> branches, int asked) {
        if (asked == branches.size()) {
            var all = new TreeSet<>(branches);
            drive(record, Step.to(new State.Deciding(Decision.COMMIT, all), new Effect.Propose(Decision.COMMIT, all)));
            return;
        }
        var service = record.work(branches.get(asked)).service();
        node.ask(
                Services.databaseOf(service),
                new SimulatedDatabase.Request.ListPrepared(Duration.ZERO),
                PATIENCE,
                prepared -> {
                    if (((List<?>) prepared).contains(branches.get(asked))) {
                        commitIfPrepared(record, branches, asked + 1);
                    } else {
                        drive(record, TwoPhaseCommit.takeOver(record.branches()));
                    }
                },
                () -> drive(record, TwoPhaseCommit.takeOver(record.branches())));
    }

    private void inquire(String from, BranchId branch) {
        ask(new Request.Read(branch.transaction()), reply -> inquire(from, branch, (Standing) reply), () -> {});
    }

    private void inquire(String from, BranchId branch, Standing standing) {
        var deadline = standing.begin()
                .filter(record -> record.attempt().equals(branch.attempt()))
                .map(BeginRecord::deadline);
        var chosen = standing.chosen();
        if (bugs.contains(PlantedBug.UNSEALED_COMMITS) && chosen.isPresent()) {
            var decided = new OutcomeInquiry.Answer.Decided(chosen.get().decision());
            node.send(from, new Message.Inquired(branch, decided));
            return;
        }
        var answer = OutcomeInquiry.answer(branch, chosen, deadline, node.now());
        switch (answer) {
            case OutcomeInquiry.Answer.Decided(var decision) -> {
                if (decision == Decision.COMMIT) {
                    history.count(Event.INQUIRY_COMMIT);
                }
                node.send(from, new Message.Inquired(branch, answer));
            }
            case OutcomeInquiry.Answer.Undecided _ -> node.send(from, new Message.Inquired(branch, answer));
            case OutcomeInquiry.Answer.WriteTombstone _ -> {
                if (bugs.contains(PlantedBug.TOMBSTONE_NOT_WRITTEN)) {
                    var aborted = new OutcomeInquiry.Answer.Decided(Decision.ABORT);
                    node.send(from, new Message.Inquired(branch, aborted));
                    return;
                }
                history.count(Event.TOMBSTONE);
                ask(
                        abort(branch.transaction()),
                        reply -> inquire(
                                from, branch, new Standing(standing.begin(), Optional.of((Chosen) reply), FOR_EVER)),
                        () -> {});
            }
        }
    }

    private static Request abort(TransactionId id) {
        return new Request.Propose(id, Decision.ABORT, Set.of());
    }

    private void ask(Request request, Consumer<Object> onReply, Runnable onSilence) {
        node.ask(services.register(), request, PATIENCE, onReply, onSilence);
    }

    /// One attempt that this coordinator drives.
    private final class Driver {

        private final BeginRecord record;
        private final Set<String> clients;
        private final Step<State, Effect> first;
        private State state;
        private boolean answered;
        private boolean closing;
        private Duration retry = FIRST_RETRY;

        Driver(BeginRecord record, Set<String> clients, Step<State, Effect> first) {
            this.record = record;
            this.clients = new LinkedHashSet<>(clients);
            this.first = first;
            this.state = first.next();
        }

        void start() {
            drivers.put(new Key(record.id(), record.attempt()), this);
            become(first);
            var left = Duration.between(node.now(), record.deadline());
            node.after(left.isNegative() ? Duration.ZERO : left, () -> on(new Input.Expired()));
            node.after(retry, this::retry);
        }

        void on(Input input) {
            history.heard(state, input);
            become(core.on(state, input));
        }

        private void become(Step<State, Effect> step) {
            state = step.next();
            step.effects().forEach(this::perform);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Prepare(var to) -> sendTo(to, new Message.Prepare(to, record.work(to)));
                case Effect.Propose(var decision, var sealed) ->
                    ask(new Request.Propose(record.id(), decision, sealed), reply -> on((Chosen) reply), () -> {});
                case Effect.Tell(var to, var decision) -> sendTo(to, new Message.Tell(to, decision));
                case Effect.Answer(var decision) -> answerAll(decision, FOR_EVER);
                case Effect.Close(var decision) -> close(decision);
                case Effect.End(var decision) -> end(decision);
            }
        }

        private void retry() {
            if (!(state instanceof State.Finished) && isMine()) {
                on(new Input.Retry());
                retry = retry.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? retry.multipliedBy(2) : LAST_RETRY;
                node.after(retry, this::retry);
            }
        }

        private void answerAll(Decision decision, int asOf) {
            answered = true;
            clients.forEach(client -> {
                history.told(record.id(), decision, asOf);
                node.send(client, new ClientMessage.Answer(record.id(), Optional.of(decision)));
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
                    new Request.Close(record.id(), record.attempt(), owner, record.epoch(), decision),
                    reply -> {
                        var closed = (Closed) reply;
                        if (closed.closed()) {
                            history.closed(decision);
                            answerAll(decision, closed.asOf());
                        } else {
                            history.count(Event.CLOSE_REFUSED);
                            leaveToTheRegister();
                        }
                    },
                    () -> close(decision));
        }

        private void leaveToTheRegister() {
            ask(abort(record.id()), chosen -> answerAsRegistered(), this::leaveToTheRegister);
        }

        private void answerAsRegistered() {
            ask(
                    new Request.Read(record.id()),
                    reply -> {
                        var standing = (Standing) reply;
                        standing.outcome().ifPresent(decision -> answerAll(decision, standing.asOf()));
                    },
                    this::answerAsRegistered);
        }

        private void end(Decision decision) {
            if (closing) {
                return;
            }
            ask(
                    new Request.End(record.id(), record.attempt(), owner, record.epoch(), decision),
                    ended -> drivers.remove(new Key(record.id(), record.attempt()), this),
                    () -> end(decision));
        }

        /// Not when this coordinator took the attempt over from itself meanwhile.
        private boolean isMine() {
            return drivers.get(new Key(record.id(), record.attempt())) == this;
        }

        private void sendTo(BranchId branch, Message message) {
            node.send(node.dice().pick(services.instancesOf(record.work(branch).service())), message);
        }
    }
}
