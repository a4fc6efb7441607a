package io.covenant.transactions.paxoscommit;

import io.covenant.simulation.Disk;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.AcceptorLedger.Kept;
import io.covenant.transactions.paxoscommit.PaxosCommit.Effect;
import io.covenant.transactions.paxoscommit.PaxosCommit.Input;
import io.covenant.transactions.paxoscommit.PaxosCommit.State;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.ClientMessage;
import io.covenant.transactions.simulated.SimulatedClient.Wish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// One coordinator: an acceptor with its log, and at most one leader for each transaction.
///
/// - Asked to run a transaction, it leads it unless its acceptor knows the outcome.
/// - What its acceptor holds unfinished for a while, it takes over, whoever else may.
/// - It answers inquiries, and takes over first when it does not know.
final class SimulatedCoordinator implements Program {

    private static final Duration SCAN = Duration.ofMillis(250);
    private static final Duration FLUSH = Duration.ofMillis(200);
    private static final Duration FIRST_RETRY = Duration.ofMillis(150);
    private static final Duration LAST_RETRY = Duration.ofMillis(1_200);

    /// How patient a platform is.
    ///
    /// @param unfinished how long an acceptor holds something unfinished before its coordinator takes over
    /// @param remembered how old a transaction is at least that is forgotten
    record Patience(Duration unfinished, Duration remembered) {}

    private final Node node;
    private final Services services;
    private final Patience patience;
    private final Disk<Kept> disk;
    private final History history;
    private final Costs costs;
    private final Set<PlantedBug> bugs;
    private final Protocol<State, Input, Effect> core;
    private final AcceptorLedger ledger;
    private final Map<TransactionId, Leader> leaders = new LinkedHashMap<>();
    private final Map<TransactionId, Duration> unfinishedSince = new HashMap<>();
    private int shownToHistory;
    private boolean unforced;

    SimulatedCoordinator(
            Node node,
            Services services,
            Patience patience,
            Disk<Kept> disk,
            History history,
            Costs costs,
            Set<PlantedBug> bugs) {
        this.node = node;
        this.services = services;
        this.patience = patience;
        this.disk = disk;
        this.history = history;
        this.costs = costs;
        this.bugs = bugs;
        this.core = PlantedCores.leader(services.coordinators(), bugs);
        this.ledger = new AcceptorLedger(PlantedCores.acceptor(bugs));
        disk.contents().forEach(ledger::restore);
        showToHistory();
        node.every(FLUSH, this::force);
        node.every(SCAN, this::takeOverWhatIsLeft);
        node.every(SCAN, this::forget);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof ClientMessage.Run run) {
            run(from, run);
        } else if (message instanceof Message known) {
            switch (known) {
                case Message.Asked(var id, var request) -> asked(from, id, request);
                case Message.Heard(var id, var reply) -> on(id, new Input.Heard(from, reply));
                case Message.Refused(var branch) -> on(branch.transaction(), new Input.Refused(branch));
                case Message.Acked(var branch, var ack) -> on(branch.transaction(), new Input.Acked(branch, ack));
                case Message.Inquire(var branch) -> inquire(from, branch);
                case Message.Prepare _, Message.Tell _, Message.Inquired _ ->
                    throw new IllegalArgumentException("not for a coordinator: " + known);
            }
        }
    }

    private void send(String to, Message message) {
        if (to.equals(node.name())) {
            node.after(Duration.ZERO, () -> receive(to, message));
        } else {
            costs.sent(message);
            node.send(to, message);
        }
    }

    boolean everythingEnded() {
        return leaders.isEmpty()
                && ledger.unfinished(Integer.MAX_VALUE).stream().allMatch(history::endsInAHazard);
    }

    // The acceptor

    private void asked(String from, TransactionId id, Request request) {
        var handled = ledger.on(id, request);
        handled.kept().ifPresent(this::write);
        handled.report()
                .ifPresent(took -> whenDurable(
                        bugs.contains(PlantedBug.VOTES_NOT_FORCED),
                        () -> send(took.ballot().node(), new Message.Heard(id, took))));
        handled.answer().ifPresent(reply -> {
            Runnable answer = () -> send(from, new Message.Heard(id, reply));
            switch (reply) {
                case Reply.Promised _ -> whenDurable(bugs.contains(PlantedBug.PROMISE_NOT_FORCED), answer);
                case Reply.Took _, Reply.Outbid _ -> whenDurable(false, answer);
                case Reply.Closed _, Reply.Forgotten _ -> answer.run();
            }
        });
    }

    private void write(Kept kept) {
        disk.write(kept);
        unforced = true;
    }

    private void whenDurable(boolean anyway, Runnable action) {
        if (anyway || !unforced) {
            action.run();
        } else {
            node.after(node.dice().between(Duration.ofMillis(1), Duration.ofMillis(4)), () -> {
                if (unforced) {
                    costs.count(Costs.Kind.ACCEPTOR_FORCE);
                    force();
                }
                action.run();
            });
        }
    }

    private void force() {
        disk.force();
        unforced = false;
        showToHistory();
    }

    private void showToHistory() {
        var contents = disk.contents();
        contents.subList(shownToHistory, contents.size()).forEach(kept -> history.durable(node.name(), kept));
        shownToHistory = contents.size();
    }

    private void forget() {
        var before = node.now().minus(patience.remembered()).toEpochMilli();
        if (bugs.contains(PlantedBug.FORGOTTEN_UNENDED)) {
            write(new Kept.Horizon(before));
            ledger.restore(new Kept.Horizon(before));
            return;
        }
        if (bugs.contains(PlantedBug.FORGOTTEN_SINGLY)) {
            var all = new ArrayList<Kept>();
            ledger.describe(all::add);
            for (var kept : all) {
                if (kept instanceof Kept.Entry(var id, PaxosAcceptor.State.Closed(var _, var ended))
                        && ended
                        && AcceptorLedger.born(id) < before) {
                    var blank = new Kept.Entry(id, new PaxosAcceptor.State.Blank());
                    ledger.restore(blank);
                    write(blank);
                }
            }
            return;
        }
        var remembered = ledger.size();
        ledger.forgetBefore(before).ifPresent(this::write);
        for (var forgotten = ledger.size(); forgotten < remembered; forgotten++) {
            history.count(Event.FORGOTTEN);
        }
    }

    // Leaders

    private void on(TransactionId id, Input input) {
        var leader = leaders.get(id);
        if (leader != null) {
            leader.on(input);
        }
    }

    private void run(String client, ClientMessage.Run run) {
        var leader = leaders.get(run.id());
        if (ledger.state(run.id()) instanceof PaxosAcceptor.State.Closed(var outcome, var _)) {
            history.told(run.id(), outcome.decision());
            node.send(client, new ClientMessage.Answer(run.id(), Optional.of(outcome.decision())));
        } else if (leader != null) {
            leader.hears(client);
        } else {
            begin(new Wish(run.id(), run.works(), run.deadline()), false).hears(client);
        }
    }

    /// Runs what somebody wants who needs no answer.
    ///
    /// @param named whether this coordinator has drawn the id
    void run(Wish wish, boolean named) {
        if (named) {
            history.count(Event.NAMED);
        }
        var _ = begin(wish, named);
    }

    private Leader begin(Wish wish, boolean named) {
        var attempt = new Attempt(node.dice().next());
        var services = new TreeMap<BranchId, String>();
        wish.works().forEach(work -> services.put(work.in(wish.id(), attempt), work.service()));
        var plan = new Plan(services);
        history.begun(plan);
        var leader = new Leader(wish.id(), wish.works());
        var protocol = new PaxosCommit(this.services.coordinators());
        leader.start(
                named || bugs.contains(PlantedBug.BEGUN_UNCLAIMED)
                        ? protocol.beginNamed(ballot(0), plan)
                        : protocol.begin(ballot(1), plan));
        node.after(wish.deadline(), () -> leader.on(new Input.Expired()));
        return leader;
    }

    private Leader takeOver(TransactionId id) {
        history.count(Event.TAKE_OVER);
        var leader = new Leader(id, List.of());
        leader.start(new PaxosCommit(services.coordinators()).takeOver(ballot(1)));
        return leader;
    }

    private Ballot ballot(long round) {
        var life = bugs.contains(PlantedBug.BALLOT_SHARED) ? 0 : node.world().nextNumber();
        return new Ballot(round, node.name(), life);
    }

    private void takeOverWhatIsLeft() {
        var now = node.world().elapsed();
        var unfinished = ledger.unfinished(100);
        unfinishedSince.keySet().retainAll(unfinished);
        for (var id : unfinished) {
            var since = unfinishedSince.computeIfAbsent(id, key -> now);
            if (!leaders.containsKey(id)
                    && !history.endsInAHazard(id)
                    && since.plus(patience.unfinished()).compareTo(now) < 0) {
                var _ = takeOver(id);
            }
        }
    }

    private void inquire(String from, BranchId branch) {
        var id = branch.transaction();
        var leader = leaders.get(id);
        if (ledger.state(id) instanceof PaxosAcceptor.State.Closed(var outcome, var _)) {
            answer(from, branch, outcome);
        } else {
            (leader == null ? takeOver(id) : leader).inquires(from, branch);
        }
    }

    private void answer(String from, BranchId branch, Outcome outcome) {
        history.inquired(outcome.of(branch));
        send(from, new Message.Inquired(branch, Optional.of(outcome.of(branch))));
    }

    /// The shell around one leader's core.
    private final class Leader {

        private record Inquiry(String from, BranchId branch) {}

        private final TransactionId id;
        private final List<BranchWork> works;
        private final Set<String> clients = new LinkedHashSet<>();
        private final Set<Inquiry> inquiries = new LinkedHashSet<>();
        private Optional<Outcome> outcome = Optional.empty();
        private State state = new State.Gone();
        private Duration retry = FIRST_RETRY;

        Leader(TransactionId id, List<BranchWork> works) {
            this.id = id;
            this.works = works;
        }

        void start(Step<State, Effect> first) {
            leaders.put(id, this);
            take(first);
            node.after(retry, this::retry);
        }

        void on(Input input) {
            if (leaders.get(id) == this) {
                var before = state;
                var step = core.on(state, input);
                history.stepped(before, step.next());
                take(step);
            }
        }

        private void take(Step<State, Effect> step) {
            state = step.next();
            step.effects().forEach(this::perform);
            if (state instanceof State.Finished || state instanceof State.Gone) {
                leaders.remove(id);
            }
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Ask(var acceptor, var request) -> send(acceptor, new Message.Asked(id, request));
                case Effect.Prepare(var to, var ballot, var plan) -> {
                    var work = BranchWork.named(to.name(), works);
                    send(instanceOf(work.service()), new Message.Prepare(to, work, ballot, plan));
                }
                case Effect.Tell(var to, var service, var decision) ->
                    send(instanceOf(service), new Message.Tell(to, decision));
                case Effect.Answer(var decided) -> decided(decided);
                case Effect.GiveUp _ -> giveUp();
            }
        }

        private String instanceOf(String service) {
            return node.dice().pick(services.instancesOf(service));
        }

        void hears(String client) {
            clients.add(client);
            outcome.ifPresent(this::tellAll);
        }

        void inquires(String from, BranchId branch) {
            inquiries.add(new Inquiry(from, branch));
            outcome.ifPresent(this::tellAll);
        }

        private void decided(Outcome decided) {
            history.learned(id, decided);
            outcome = Optional.of(decided);
            tellAll(decided);
        }

        private void tellAll(Outcome decided) {
            clients.forEach(client -> {
                history.told(id, decided.decision());
                node.send(client, new ClientMessage.Answer(id, Optional.of(decided.decision())));
            });
            clients.clear();
            inquiries.forEach(inquiry -> answer(inquiry.from(), inquiry.branch(), decided));
            inquiries.clear();
        }

        /// A client hears that it is too late, which is no outcome; here it only has to stop asking.
        private void giveUp() {
            history.count(Event.GIVEN_UP);
            clients.forEach(client ->
                    node.send(client, new ClientMessage.Answer(id, Optional.of(Outcome.NOTHING.decision()))));
            inquiries.forEach(
                    inquiry -> send(inquiry.from(), new Message.Inquired(inquiry.branch(), Optional.empty())));
        }

        private void retry() {
            if (leaders.get(id) == this) {
                on(new Input.Retry());
                retry = retry.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? retry.multipliedBy(2) : LAST_RETRY;
                node.after(node.dice().between(retry.dividedBy(2), retry), this::retry);
            }
        }
    }
}
