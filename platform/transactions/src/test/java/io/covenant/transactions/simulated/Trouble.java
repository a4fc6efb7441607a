package io.covenant.transactions.simulated;

import io.covenant.simulation.Dice;
import io.covenant.simulation.Node;
import io.covenant.simulation.World;
import java.time.Duration;
import java.util.stream.IntStream;

/// Crashes, pauses and cut links that befall a world for a while; then everything is up again, and messages
/// arrive.
public final class Trouble {

    private final World world;
    private final Dice dice;
    private final Duration lasting;

    public Trouble(World world, Duration lasting) {
        this.world = world;
        this.dice = world.dice();
        this.lasting = lasting;
    }

    /// In half of the worlds, up to so many times.
    public void sometimes(int atMost, Runnable fate) {
        if (dice.chance(0.5)) {
            IntStream.rangeClosed(0, dice.below(atMost)).forEach(time -> atAnyTime(fate));
        }
    }

    public void atAnyTime(Runnable fate) {
        world.in(dice.between(Duration.ZERO, lasting), fate);
    }

    public void end() {
        world.in(lasting, () -> {
            world.network().behave();
            world.nodes().forEach(node -> {
                node.resume();
                node.restart();
            });
        });
    }

    public boolean lasts() {
        return world.elapsed().compareTo(lasting) < 0;
    }

    /// @return whether there was something to crash
    public boolean crash(String name, Duration downAtMost) {
        var node = world.node(name);
        if (!node.up()) {
            return false;
        }
        node.crash();
        world.in(dice.between(Duration.ofMillis(20), downAtMost), node::restart);
        return true;
    }

    /// @return whether there was something to pause
    public boolean pause(String name) {
        Node node = world.node(name);
        if (!node.up() || node.paused()) {
            return false;
        }
        node.pause();
        world.in(dice.between(Duration.ofMillis(200), Duration.ofSeconds(4)), node::resume);
        return true;
    }

    /// Cuts the link in one direction or in both.
    public void cut(String one, String other) {
        var forth = dice.chance(0.7);
        if (forth) {
            world.network().cut(one, other);
        }
        if (!forth || dice.chance(0.6)) {
            world.network().cut(other, one);
        }
        world.in(dice.between(Duration.ofMillis(200), Duration.ofSeconds(3)), () -> {
            world.network().heal(one, other);
            world.network().heal(other, one);
        });
    }
}
