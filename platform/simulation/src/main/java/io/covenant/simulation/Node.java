package io.covenant.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One process with its machine: runs a program, has a clock of its own and disks.
///
/// A crash loses the program, its timers and its open questions, and all that its disks did not force. A
/// pause keeps everything and lets nothing happen: messages and timers that fall due wait until the node
/// resumes, as after a `SIGSTOP`, a long garbage collection or a sleeping virtual machine.
public final class Node {

    /// A message that wants a reply; the program that receives it answers with [Node#reply].
    public record Question(long number, Object body) {}

    /// The reply to a question; programs see only its body.
    public record Reply(long number, Object body) {}

    private record Asked(Consumer<Object> onReply) {}

    private final World world;
    private final String name;
    private final String arrow;
    private final Function<Node, Program> programs;
    private final Map<String, Disk<?>> disks = new TreeMap<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final Map<Long, Asked> asked = new HashMap<>();
    private @Nullable Program program;
    private int incarnation;
    private boolean paused;
    private Duration skew = Duration.ZERO;

    Node(World world, String name, Function<Node, Program> programs) {
        this.world = world;
        this.name = name;
        this.arrow = "<- " + name;
        this.programs = programs;
    }

    public String name() {
        return name;
    }

    public World world() {
        return world;
    }

    public Dice dice() {
        return world.dice();
    }

    public boolean up() {
        return program != null;
    }

    public boolean paused() {
        return paused;
    }

    /// How many times this node has been started.
    public int incarnation() {
        return incarnation;
    }

    /// What this node's clock shows, right or wrong.
    public Instant now() {
        return world.now().plus(skew);
    }

    /// From now on the clock is wrong by this much. Timers do not mind.
    public void skew(Duration by) {
        skew = by;
        world.note(name, "clock is off by", by);
    }

    /// A disk of this node, empty at first; after a restart it holds what survived.
    @SuppressWarnings("unchecked") // one program writes to it, with one type
    public <W> Disk<W> disk(String label) {
        return (Disk<W>) disks.computeIfAbsent(label, key -> new Disk<W>());
    }

    public void send(String to, Object message) {
        world.send(name, to, message);
    }

    /// Asks another node; either `onReply` is called, once, or `onSilence` after this patience. A silent
    /// node may have done what it was asked.
    public void ask(String to, Object question, Duration patience, Consumer<Object> onReply, Runnable onSilence) {
        var number = world.nextNumber();
        asked.put(number, new Asked(onReply));
        send(to, new Question(number, question));
        after(patience, () -> {
            if (asked.remove(number) != null) {
                onSilence.run();
            }
        });
    }

    public void reply(String to, Question question, Object body) {
        send(to, new Reply(question.number(), body));
    }

    /// Runs this later, unless the node crashes before.
    public void after(Duration delay, Runnable action) {
        timer(delay.toNanos() / 1000, action, false);
    }

    /// Runs this again and again until the node crashes, each time after a delay of the given length and up
    /// to a tenth more. It does not count as something still going on.
    public void every(Duration period, Runnable action) {
        var micros = period.toNanos() / 1000;
        timer(
                dice().micros(micros, micros + micros / 10),
                () -> {
                    action.run();
                    every(period, action);
                },
                true);
    }

    public void crash() {
        if (program == null) {
            return;
        }
        world.note(name, "CRASHES", "");
        program = null;
        paused = false;
        waiting.clear();
        asked.clear();
        disks.values().forEach(disk -> disk.crash(dice()));
        world.tellOfCrash(this);
    }

    public void restart() {
        if (program != null) {
            return;
        }
        incarnation++;
        world.note(name, incarnation == 1 ? "starts" : "RESTARTS", "");
        program = programs.apply(this);
    }

    public void pause() {
        if (program != null && !paused) {
            world.note(name, "PAUSES", "");
            paused = true;
        }
    }

    public void resume() {
        if (!paused) {
            return;
        }
        world.note(name, "RESUMES", "");
        paused = false;
        var due = List.copyOf(waiting);
        waiting.clear();
        due.forEach(action -> world.schedule(0, true, action));
    }

    void arrive(Node sender, Object message) {
        whenAwake(running -> {
            world.note(name, sender.arrow, message);
            if (message instanceof Reply(var number, var body)) {
                var question = asked.remove(number);
                if (question != null) {
                    question.onReply().accept(body);
                }
            } else {
                running.receive(sender.name, message);
            }
        });
    }

    void hearOfCrash(String peer, int peerIncarnation) {
        whenAwake(running -> running.lost(peer, peerIncarnation));
    }

    private void timer(long micros, Runnable action, boolean recurring) {
        var mine = incarnation;
        world.schedule(micros, !recurring, () -> {
            if (incarnation == mine) {
                whenAwake(running -> action.run());
            }
        });
    }

    private void whenAwake(Consumer<Program> action) {
        if (program == null) {
            return;
        }
        if (paused) {
            var mine = incarnation;
            waiting.addLast(() -> {
                if (incarnation == mine) {
                    whenAwake(action);
                }
            });
        } else {
            action.accept(program);
        }
    }
}
