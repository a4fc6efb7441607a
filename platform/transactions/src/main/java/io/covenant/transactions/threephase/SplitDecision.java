package io.covenant.transactions.threephase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The schedule that splits textbook three-phase commit, played to the real cores under either rule: the network
/// splits between two PRE-COMMITs, and the coordinator dies.
///
/// Orders and inventory have voted yes; inventory hears PRE-COMMIT, orders does not. Then both time out.
public final class SplitDecision {

    /// One thing that happens.
    public record Line(String where, String what) {
        @Override
        public String toString() {
            return "%-14s %s".formatted(where, what);
        }
    }

    /// All that happens, and how each branch ends.
    public record Story(TimeOutRule rule, List<Line> lines, Map<String, Decision> ends) {
        public Story {
            lines = List.copyOf(lines);
            ends = Map.copyOf(ends);
        }

        /// Whether one branch committed and another aborted.
        public boolean split() {
            return new HashSet<>(ends.values()).size() > 1;
        }
    }

    private static final String ORDERS = "orders";
    private static final String INVENTORY = "inventory";
    private static final String DATABASE = "coordinators";
    private static final Attempt ATTEMPT = new Attempt(1);
    private static final TransactionId ID = new TransactionId(new UUID(0, 3));

    /// A branch with what its database holds.
    private static final class Place {
        private Standing standing = Standing.NEW;
        private boolean prepared;
        private Evidence barrier = Evidence.NONE;
    }

    /// A coordinator's drive of the attempt.
    private static final class Drive {
        private final ThreePhaseCommit core;
        private ThreePhaseCommit.State state;

        private Drive(ThreePhaseCommit core, ThreePhaseCommit.State state) {
            this.core = core;
            this.state = state;
        }
    }

    private record Letter(String from, String to, String text, Runnable arrival) {}

    private final TimeOutRule rule;
    private final ThreePhaseParticipant participant;
    private final List<Line> lines = new ArrayList<>();
    private final Map<String, Place> places = new TreeMap<>(Map.of(ORDERS, new Place(), INVENTORY, new Place()));
    private final Map<String, Drive> drives = new TreeMap<>();
    private final Deque<Letter> mail = new ArrayDeque<>();
    private final Set<String> dead = new HashSet<>();
    private final Set<String> island = new HashSet<>();
    private Standing coordinators = Standing.NEW;

    private SplitDecision(TimeOutRule rule) {
        this.rule = rule;
        this.participant = new ThreePhaseParticipant(rule);
    }

    /// Plays the schedule.
    public static Story play(TimeOutRule rule) {
        var world = new SplitDecision(rule);
        world.beginAtFirst();
        world.deliverUntilPreCommit();
        world.separate();
        world.deliverOne();
        world.kill("coordinator-1");
        world.deliver();
        world.timeOut(ORDERS);
        world.timeOut(INVENTORY);
        world.heal();
        return new Story(rule, world.lines, world.ends());
    }

    // The schedule

    private void beginAtFirst() {
        var core = new ThreePhaseCommit(1, rule);
        var step = ThreePhaseCommit.begin(branches());
        var drive = new Drive(core, step.next());
        drives.put("coordinator-1", drive);
        step.effects().forEach(effect -> perform("coordinator-1", effect));
    }

    private void deliverUntilPreCommit() {
        while (!mail.isEmpty()
                && !(mail.getFirst().text().startsWith("PRE-COMMIT")
                        && !mail.getFirst().to().equals(DATABASE))) {
            deliverOne();
        }
    }

    private void separate() {
        note("network", "splits: orders and coordinator-2 on one side, all others on the other");
        island.addAll(Set.of(ORDERS, "coordinator-2"));
    }

    private void kill(String coordinator) {
        note(coordinator, "dies");
        dead.add(coordinator);
    }

    private void timeOut(String service) {
        note(
                service,
                "has heard nothing for too long, at " + words(standing(service).position()));
        converse(service, service, new ThreePhaseParticipant.Input.Asked(new ThreePhaseParticipant.Request.TimedOut()));
        deliver();
    }

    private void heal() {
        note("network", "heals");
        island.clear();
        for (var coordinator : List.copyOf(drives.keySet())) {
            if (!dead.contains(coordinator)) {
                feed(coordinator, new ThreePhaseCommit.Input.Retry());
                deliver();
            }
        }
    }

    private Map<String, Decision> ends() {
        var ends = new TreeMap<String, Decision>();
        places.forEach((service, place) -> {
            switch (place.barrier) {
                case WORK -> ends.put(service, Decision.COMMIT);
                case FENCE -> ends.put(service, Decision.ABORT);
                case NONE, PREPARED, RUNNING -> {}
            }
        });
        return ends;
    }

    // The network

    private void send(String from, String to, String text, Runnable arrival) {
        mail.add(new Letter(from, to, text, arrival));
    }

    private void deliver() {
        while (!mail.isEmpty()) {
            deliverOne();
        }
    }

    private void deliverOne() {
        var letter = mail.removeFirst();
        if (dead.contains(letter.to())) {
            return;
        }
        var line = "to %s: %s".formatted(letter.to(), letter.text());
        if (island.contains(letter.from()) != island.contains(letter.to())) {
            note(letter.from(), line + " (lost)");
            return;
        }
        note(letter.from(), line);
        letter.arrival().run();
    }

    private void note(String where, String what) {
        lines.add(new Line(where, what));
    }

    // Coordinators

    private void feed(String coordinator, ThreePhaseCommit.Input input) {
        var drive = Objects.requireNonNull(drives.get(coordinator));
        var step = drive.core.on(drive.state, input);
        drive.state = step.next();
        step.effects().forEach(effect -> perform(coordinator, effect));
    }

    private void perform(String coordinator, ThreePhaseCommit.Effect effect) {
        switch (effect) {
            case ThreePhaseCommit.Effect.Prepare(var to, var _) ->
                send(
                        coordinator,
                        to.name(),
                        "prepare",
                        () -> converse(to.name(), coordinator, new ThreePhaseParticipant.Input.PrepareAsked()));
            case ThreePhaseCommit.Effect.Elect(var to, var election) ->
                ask(coordinator, to, "elect me, " + election, new ThreePhaseParticipant.Request.Elect(election));
            case ThreePhaseCommit.Effect.Attempt(var to, var election, var outcome) ->
                ask(
                        coordinator,
                        to,
                        "PRE-" + outcome.decision() + ", " + election,
                        new ThreePhaseParticipant.Request.Attempt(election, outcome));
            case ThreePhaseCommit.Effect.Tell(var to, var outcome) -> tell(coordinator, to, outcome);
            case ThreePhaseCommit.Effect.Answer(var decision) -> note(coordinator, "tells the client " + decision);
            case ThreePhaseCommit.Effect.Close(var decision) -> note(coordinator, "closes with " + decision);
            case ThreePhaseCommit.Effect.End _ -> note(coordinator, "has nothing left to do");
        }
    }

    private void ask(String coordinator, Site to, String text, ThreePhaseParticipant.Request request) {
        switch (to) {
            case Site.Branch(var branch) ->
                send(
                        coordinator,
                        branch.name(),
                        text,
                        () -> converse(branch.name(), coordinator, new ThreePhaseParticipant.Input.Asked(request)));
            case Site.Coordinators _ ->
                send(
                        coordinator,
                        DATABASE,
                        text,
                        () -> converse(DATABASE, coordinator, new ThreePhaseParticipant.Input.Asked(request)));
        }
    }

    private void tell(String coordinator, Site to, Outcome outcome) {
        switch (to) {
            case Site.Branch(var branch) ->
                send(
                        coordinator,
                        branch.name(),
                        outcome.decision().name(),
                        () -> converse(
                                branch.name(),
                                coordinator,
                                new ThreePhaseParticipant.Input.Told(outcome, outcome.decisionFor(branch))));
            case Site.Coordinators _ ->
                send(coordinator, DATABASE, outcome.decision().name(), () -> {
                    coordinators = coordinators.learned(outcome);
                    reply(DATABASE, coordinator, "done", new ThreePhaseCommit.Input.Acked(to, Ack.DONE));
                });
        }
    }

    // Sites

    private void converse(String site, String asker, ThreePhaseParticipant.Input first) {
        ThreePhaseParticipant.State state = new ThreePhaseParticipant.State.Idle();
        ThreePhaseParticipant.@Nullable Input input = first;
        while (input != null) {
            var step = participant.on(state, input);
            state = step.next();
            input = step.effects().isEmpty()
                    ? null
                    : perform(site, asker, step.effects().getFirst());
        }
    }

    /// What the conversation hears next.
    private ThreePhaseParticipant.@Nullable Input perform(
            String name, String asker, ThreePhaseParticipant.Effect effect) {
        return switch (effect) {
            case ThreePhaseParticipant.Effect.Enroll _ -> new ThreePhaseParticipant.Input.Enrolled();
            case ThreePhaseParticipant.Effect.Open _ -> new ThreePhaseParticipant.Input.Found(standing(name));
            case ThreePhaseParticipant.Effect.Force(var standing) -> {
                stand(name, standing);
                yield new ThreePhaseParticipant.Input.Forced();
            }
            case ThreePhaseParticipant.Effect.Note(var outcome) -> {
                stand(name, standing(name).learned(outcome));
                yield new ThreePhaseParticipant.Input.Noted();
            }
            case ThreePhaseParticipant.Effect.Do(var work) -> {
                var heard = work(name, work);
                yield heard == null ? null : new ThreePhaseParticipant.Input.Heard(heard);
            }
            case ThreePhaseParticipant.Effect.Elected(var election, var standing) ->
                reply(
                        name,
                        asker,
                        "elected, I am " + words(standing.position()),
                        new ThreePhaseCommit.Input.Elected(site(name), election, standing));
            case ThreePhaseParticipant.Effect.Accepted(var election) ->
                reply(
                        name,
                        asker,
                        "I am " + words(standing(name).position()),
                        new ThreePhaseCommit.Input.Accepted(site(name), election));
            case ThreePhaseParticipant.Effect.Refused(var election, var standing) ->
                reply(
                        name,
                        asker,
                        "no, I heard of " + standing.lastElected(),
                        new ThreePhaseCommit.Input.Refused(site(name), election, standing));
            case ThreePhaseParticipant.Effect.Cast(var vote) ->
                reply(
                        name,
                        asker,
                        vote instanceof Vote.Yes ? "yes" : "no",
                        new ThreePhaseCommit.Input.Voted(branch(name), vote));
            case ThreePhaseParticipant.Effect.Confirm(var ack) ->
                asker.equals(name)
                        ? null
                        : reply(name, asker, "done", new ThreePhaseCommit.Input.Acked(site(name), ack));
            case ThreePhaseParticipant.Effect.Inquire _ -> inquire(name);
            case ThreePhaseParticipant.Effect.AskAgain _ -> null;
        };
    }

    private TwoPhaseParticipant.@Nullable Input work(String name, TwoPhaseParticipant.Effect effect) {
        var place = Objects.requireNonNull(places.get(name));
        return switch (effect) {
            case TwoPhaseParticipant.Effect.Work _ -> new TwoPhaseParticipant.Input.Worked();
            case TwoPhaseParticipant.Effect.Prepare _ -> {
                place.prepared = true;
                yield new TwoPhaseParticipant.Input.PrepareDone();
            }
            case TwoPhaseParticipant.Effect.Finish _
            when !place.prepared -> new TwoPhaseParticipant.Input.NothingPrepared();
            case TwoPhaseParticipant.Effect.Finish(var decision) -> {
                place.prepared = false;
                note(name, decision == Decision.COMMIT ? "COMMITS" : "ROLLS BACK");
                if (decision == Decision.COMMIT) {
                    place.barrier = Evidence.WORK;
                }
                yield new TwoPhaseParticipant.Input.PreparedFinished();
            }
            case TwoPhaseParticipant.Effect.Look _ -> new TwoPhaseParticipant.Input.Found(place.barrier);
            case TwoPhaseParticipant.Effect.Fence _
            when place.barrier != Evidence.NONE -> new TwoPhaseParticipant.Input.Found(place.barrier);
            case TwoPhaseParticipant.Effect.Fence _ -> {
                place.barrier = Evidence.FENCE;
                yield new TwoPhaseParticipant.Input.Fenced();
            }
            case TwoPhaseParticipant.Effect.Cast _,
                    TwoPhaseParticipant.Effect.Confirm _,
                    TwoPhaseParticipant.Effect.AskAgain _ -> null;
        };
    }

    /// Each service asks the coordinator that it can reach.
    private ThreePhaseParticipant.@Nullable Input inquire(String service) {
        var coordinator = island.contains(service) ? "coordinator-2" : "coordinator-3";
        send(service, coordinator, "what became of it?", () -> {
            var core = new ThreePhaseCommit(coordinator.charAt(coordinator.length() - 1) - '0', rule);
            var step = core.terminate(branches());
            drives.put(coordinator, new Drive(core, step.next()));
            step.effects().forEach(effect -> perform(coordinator, effect));
        });
        return null;
    }

    private ThreePhaseParticipant.@Nullable Input reply(
            String from, String to, String text, ThreePhaseCommit.Input input) {
        send(from, to, text, () -> feed(to, input));
        return null;
    }

    private Standing standing(String site) {
        return site.equals(DATABASE) ? coordinators : Objects.requireNonNull(places.get(site)).standing;
    }

    private void stand(String site, Standing standing) {
        if (site.equals(DATABASE)) {
            coordinators = standing;
        } else {
            Objects.requireNonNull(places.get(site)).standing = standing;
        }
    }

    private static Site site(String name) {
        return name.equals(DATABASE) ? new Site.Coordinators() : new Site.Branch(branch(name));
    }

    private static Set<BranchId> branches() {
        return new TreeSet<>(Set.of(branch(ORDERS), branch(INVENTORY)));
    }

    private static BranchId branch(String name) {
        return new BranchId(ID, ATTEMPT, name);
    }

    private static String words(Standing.Position position) {
        return position.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
