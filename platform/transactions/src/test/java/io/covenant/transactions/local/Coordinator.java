package io.covenant.transactions.local;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.local.Store.Request;
import io.covenant.transactions.local.Store.Standing;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// One coordinator, as far as it does not depend on the protocol: takes requests, beats while it lives,
/// takes over what others left.
///
/// @param <D> what drives one attempt
public abstract class Coordinator<D extends Coordinator.Driver> implements Program {

    protected static final Duration PATIENCE = Duration.ofMillis(400);
    private static final Duration BEAT = Duration.ofMillis(300);
    private static final Duration SCAN = Duration.ofMillis(450);
    private static final Duration POLL = Duration.ofMillis(150);
    private static final Duration CLIENT_WAIT = Duration.ofSeconds(2);

    /// Of an answer that rests on what was forced.
    protected static final int FOR_EVER = Integer.MAX_VALUE;

    /// Drives one attempt, and answers whoever waits for it.
    public abstract static class Driver {

        protected final BeginRecord record;
        private final Coordinator<?> home;
        private final Set<String> clients = new LinkedHashSet<>();
        private boolean answered;

        protected Driver(Coordinator<?> home, BeginRecord record) {
            this.home = home;
            this.record = record;
        }

        protected abstract void start();

        protected final void answer(Decision decision, int asOf) {
            answered = true;
            clients.forEach(client -> {
                home.observer.told(record.id(), decision, asOf);
                home.node.send(client, new Message.Answer(record.id(), Optional.of(decision)));
            });
            clients.clear();
        }

        /// Not when this coordinator took the attempt over from itself meanwhile.
        protected final boolean isMine() {
            return equals(home.drivers.get(key(record)));
        }

        protected final void leave() {
            home.drivers.remove(key(record), this);
        }

        protected final void tell(BranchId branch, Object message) {
            home.node.send(
                    home.node
                            .dice()
                            .pick(home.services.instancesOf(record.work(branch).service())),
                    message);
        }
    }

    private record Key(TransactionId id, Attempt attempt) {}

    protected final Node node;
    protected final String owner;
    protected final Services services;
    protected final Observer observer;
    private final boolean forced;
    private final boolean attemptInBranch;
    private final Map<Key, D> drivers = new LinkedHashMap<>();

    /// @param attemptInBranch whether executions of one transaction have branches of their own
    protected Coordinator(Node node, Services services, Observer observer, boolean forced, boolean attemptInBranch) {
        this.node = node;
        this.owner = node.name() + "#" + node.incarnation();
        this.services = services;
        this.observer = observer;
        this.forced = forced;
        this.attemptInBranch = attemptInBranch;
        node.every(BEAT, () -> node.send(Services.STORE, new Store.Beat(owner)));
        node.every(SCAN, this::takeOver);
    }

    protected abstract D fresh(BeginRecord record);

    protected abstract void adopt(BeginRecord record, Consumer<D> adopted);

    protected final Optional<D> driver(BranchId branch) {
        return Optional.ofNullable(drivers.get(new Key(branch.transaction(), branch.attempt())));
    }

    private static Key key(BeginRecord record) {
        return new Key(record.id(), record.attempt());
    }

    protected final void run(String client, Message.Run run) {
        var attempt = new Attempt(attemptInBranch ? node.dice().next() : 0);
        var deadline = node.now().plus(run.deadline());
        begin(client, BeginRecord.fresh(run.id(), attempt, run.plan(), run.works(), deadline, owner));
    }

    /// Asks until it knows: a begin record that nobody drives, of an owner that lives, would stay for ever.
    private void begin(String client, BeginRecord mine) {
        ask(
                new Request.Begin(mine, forced),
                reply -> {
                    var standing = (Standing) reply;
                    var running = standing.begin()
                            .flatMap(record -> Optional.ofNullable(drivers.get(key(record))))
                            .filter(driver -> !((Driver) driver).answered);
                    if (standing.outcome().isPresent()) {
                        answer(client, mine.id(), standing);
                    } else if (running.isPresent()) {
                        ((Driver) running.get()).clients.add(client);
                    } else if (standing.begin().equals(Optional.of(mine))) {
                        drive(mine, fresh(mine), Set.of(client));
                    } else {
                        await(client, mine.id(), node.world().elapsed().plus(CLIENT_WAIT));
                    }
                },
                () -> begin(client, mine));
    }

    private void drive(BeginRecord record, D driver, Set<String> clients) {
        drivers.put(key(record), driver);
        ((Driver) driver).clients.addAll(clients);
        driver.start();
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
        standing.outcome().ifPresent(decision -> observer.told(id, decision, standing.asOf()));
        node.send(client, new Message.Answer(id, standing.outcome()));
    }

    /// Also finds again what an earlier scan took over when its reply was lost.
    private void takeOver() {
        var driven =
                drivers.values().stream().map(driver -> driver.record.lease()).collect(Collectors.toSet());
        ask(
                new Request.TakeOver(owner, driven, forced),
                reply -> {
                    for (var each : (List<?>) reply) {
                        var record = (BeginRecord) each;
                        observer.count(Mishap.TAKE_OVER);
                        adopt(record, driver -> {
                            var before = drivers.get(key(record));
                            drive(record, driver, before == null ? Set.of() : Set.copyOf(((Driver) before).clients));
                        });
                    }
                },
                () -> {});
    }

    protected final void ask(Request request, Consumer<Object> onReply, Runnable onSilence) {
        node.ask(Services.STORE, request, PATIENCE, onReply, onSilence);
    }
}
