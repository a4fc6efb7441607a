package io.covenant.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Virtual time with everything that happens in it, in one thread.
///
/// A story sets a world up, says what must [always][#always] hold, what must hold [at the end][#finally_],
/// and when the world is [quiet][#quietWhen]; then it runs [#untilQuiet]. A rule is broken by throwing,
/// best an assertion error. The failure names the seed, the rule, and the last events.
public final class World {

    private static final Instant GENESIS = Instant.parse("2026-01-01T00:00:00Z");
    private static final long QUIET_CHECK_MICROS = 50_000;
    private static final int LIMIT = 5_000_000;

    private record Event(long micros, long number, boolean pending, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return micros == other.micros ? Long.compare(number, other.number) : Long.compare(micros, other.micros);
        }
    }

    private record Rule(String name, Runnable check) {}

    private record Quiet(String name, BooleanSupplier holds) {}

    private final long seed;
    private final Dice dice;
    private final Network network;
    private final Journal journal;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private final List<Rule> always = new ArrayList<>();
    private final List<Rule> finallyRules = new ArrayList<>();
    private final List<Quiet> quiet = new ArrayList<>();
    private long micros;
    private long numbers;
    private int events;
    private int pending;

    World(long seed, Journal journal) {
        this.seed = seed;
        this.dice = new Dice(seed);
        this.network = new Network(dice);
        this.journal = journal;
    }

    public static World seeded(long seed) {
        return new World(seed, new Journal(null));
    }

    public Dice dice() {
        return dice;
    }

    public Network network() {
        return network;
    }

    /// What a right clock shows.
    public Instant now() {
        return GENESIS.plusNanos(1000 * micros);
    }

    /// Time since the world began.
    public Duration elapsed() {
        return Duration.ofNanos(1000 * micros);
    }

    /// How many events there have been.
    public int events() {
        return events;
    }

    /// Adds a node and starts it.
    ///
    /// @param program made anew whenever the node starts
    public Node node(String name, Function<Node, Program> program) {
        var node = new Node(this, name, program);
        if (nodes.put(name, node) != null) {
            throw new IllegalArgumentException("two nodes of the name " + name);
        }
        node.restart();
        return node;
    }

    public Node node(String name) {
        var node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException("no node of the name " + name);
        }
        return node;
    }

    public Collection<Node> nodes() {
        return Collections.unmodifiableCollection(nodes.values());
    }

    /// Fate: something that happens to the world from outside, this long from now.
    public World in(Duration delay, Runnable fate) {
        schedule(delay.toNanos() / 1000, true, fate);
        return this;
    }

    /// Checked after every event, so it should be cheap.
    public World always(String rule, Runnable check) {
        always.add(new Rule(rule, check));
        return this;
    }

    /// Checked once, when the world has become quiet.
    public World finally_(String rule, Runnable check) {
        finallyRules.add(new Rule(rule, check));
        return this;
    }

    /// Adds to what quiet means. Without any it means that no message is under way and no timer runs but
    /// recurring ones.
    public World quietWhen(String condition, BooleanSupplier holds) {
        quiet.add(new Quiet(condition, holds));
        return this;
    }

    /// Lets everything happen that happens within this time.
    public World run(Duration duration) {
        var end = micros + duration.toNanos() / 1000;
        while (!queue.isEmpty() && queue.peek().micros() <= end) {
            step();
        }
        micros = end;
        return this;
    }

    /// Runs until the world is quiet, then checks what must hold at the end.
    ///
    /// @throws AssertionError when it is not quiet after this time
    public World untilQuiet(Duration atMost) {
        var end = micros + atMost.toNanos() / 1000;
        var nextCheck = micros;
        while (true) {
            if (micros >= nextCheck || queue.isEmpty()) {
                var noise = noise();
                if (noise == null) {
                    break;
                }
                if (queue.isEmpty() || micros >= end) {
                    throw failure("not quiet after " + atMost + ": " + noise, null);
                }
                nextCheck = micros + QUIET_CHECK_MICROS;
            }
            step();
        }
        finallyRules.forEach(this::check);
        return this;
    }

    /// Writes into the journal.
    ///
    /// @param about must not change, as it may be turned into text much later
    public void note(String who, String what, Object about) {
        journal.add(micros, who, what, about);
    }

    void send(String from, String to, Object message) {
        var sender = node(from);
        if (network.loses()) {
            note(to, "never hears", message);
            return;
        }
        deliver(sender, to, message);
        if (network.doubles(message)) {
            deliver(sender, to, message);
        }
    }

    private void deliver(Node sender, String to, Object message) {
        var receiver = node(to);
        schedule(network.travelMicros(), true, () -> {
            if (!network.isCut(sender.name(), to)) {
                receiver.arrive(sender, message);
            }
        });
    }

    void tellOfCrash(Node crashed) {
        var incarnation = crashed.incarnation();
        for (var node : nodes.values()) {
            if (node != crashed) {
                schedule(network.travelMicros(), true, () -> {
                    if (!network.isCut(crashed.name(), node.name())) {
                        node.hearOfCrash(crashed.name(), incarnation);
                    }
                });
            }
        }
    }

    /// Never the same twice, and greater than all before.
    public long nextNumber() {
        return ++numbers;
    }

    void schedule(long delayMicros, boolean counts, Runnable action) {
        queue.add(new Event(micros + delayMicros, nextNumber(), counts, action));
        pending += counts ? 1 : 0;
    }

    private void step() {
        var event = queue.remove();
        micros = event.micros();
        pending -= event.pending() ? 1 : 0;
        if (++events > LIMIT) {
            throw failure("more than " + LIMIT + " events", null);
        }
        try {
            event.action().run();
        } catch (RuntimeException | AssertionError thrown) {
            throw failure("an event failed: " + thrown.getMessage(), thrown);
        }
        for (var rule : always) {
            check(rule);
        }
    }

    private void check(Rule rule) {
        try {
            rule.check().run();
        } catch (RuntimeException | AssertionError thrown) {
            throw failure(rule.name() + ": " + thrown.getMessage(), thrown);
        }
    }

    private @Nullable String noise() {
        if (quiet.isEmpty()) {
            return pending == 0 ? null : pending + " messages or timers are left";
        }
        for (var condition : quiet) {
            if (!condition.holds().getAsBoolean()) {
                return condition.name();
            }
        }
        return null;
    }

    private AssertionError failure(String what, @Nullable Throwable cause) {
        return new AssertionError(
                "%s%nseed %d, %s after the beginning, %d events; the last of them:%n%s"
                        .formatted(what, seed, elapsed(), events, journal.lately()),
                cause);
    }
}
