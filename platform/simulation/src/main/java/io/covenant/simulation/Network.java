package io.covenant.simulation;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/// Carries messages, badly: each takes its own time, so they overtake each other; some arrive twice, some
/// never.
///
/// It begins as a good one: up to a millisecond, no loss, no duplicates. A message is delayed, lost or
/// doubled when it is sent; a cut link drops it when it would arrive.
public final class Network {

    private record Link(String from, String to) {}

    private final Dice dice;
    private final Set<Link> cuts = new HashSet<>();
    private long leastMicros = 100;
    private long mostMicros = 1_000;
    private double stragglers;
    private long stragglerMicros;
    private double loss;
    private double duplication;
    private Predicate<Object> mayDouble = message -> true;

    Network(Dice dice) {
        this.dice = dice;
    }

    public Network delay(Duration least, Duration most) {
        leastMicros = least.toNanos() / 1000;
        mostMicros = most.toNanos() / 1000;
        return this;
    }

    /// This share of the messages takes anything up to `most`.
    public Network stragglers(double share, Duration most) {
        stragglers = share;
        stragglerMicros = most.toNanos() / 1000;
        return this;
    }

    public Network loss(double share) {
        loss = share;
        return this;
    }

    public Network duplication(double share) {
        duplication = share;
        return this;
    }

    /// Spares messages that the transport below would not double, such as those on one database connection.
    public Network doublesOnly(Predicate<Object> messages) {
        mayDouble = messages;
        return this;
    }

    /// From now on nothing arrives from one node at the other; the way back stays open.
    public void cut(String from, String to) {
        cuts.add(new Link(from, to));
    }

    public void heal(String from, String to) {
        cuts.remove(new Link(from, to));
    }

    public void healAll() {
        cuts.clear();
    }

    /// No loss, no duplicates, no stragglers, no cuts any more; what is under way still arrives when it
    /// arrives.
    public void behave() {
        cuts.clear();
        loss = 0;
        duplication = 0;
        stragglers = 0;
    }

    boolean isCut(String from, String to) {
        return !cuts.isEmpty() && cuts.contains(new Link(from, to));
    }

    boolean loses() {
        return dice.chance(loss);
    }

    boolean doubles(Object message) {
        return dice.chance(duplication) && mayDouble.test(message);
    }

    long travelMicros() {
        return dice.chance(stragglers)
                ? dice.micros(leastMicros, stragglerMicros)
                : dice.micros(leastMicros, mostMicros);
    }
}
