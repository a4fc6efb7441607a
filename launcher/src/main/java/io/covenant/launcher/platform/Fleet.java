package io.covenant.launcher.platform;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.node.Mark;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.NodeState;
import io.covenant.launcher.node.ProcessIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Nodes that come and go together. Whatever it finds, half started, suspended, left over or outdated, it
/// makes into what is wanted; doing so twice changes nothing.
final class Fleet {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<? extends Node> first;
    private final List<? extends Node> then;
    private final List<? extends Node> group;
    private final Mark mark;
    private final Progress progress;

    /// @param first what the others need
    /// @param then the others, in the order in which they start; the last one is the door
    /// @param group those of the others that the rest works with: they end after it, one by one
    /// @param mark what all their processes carry
    Fleet(
            List<? extends Node> first,
            List<? extends Node> then,
            List<? extends Node> group,
            Mark mark,
            Progress progress) {
        this.first = first;
        this.then = then;
        this.group = group;
        this.mark = mark;
        this.progress = progress;
    }

    /// Brings up the nodes of these names, ends the others, and returns what failed.
    ///
    /// @param companions what carries the mark, is no node, and may go on
    Map<String, NodeEvent.Failed> up(Set<String> wanted, Predicate<Mark.Stray> companions, Boot boot) {
        stopStrays(companions);
        stop(all().stream().filter(node -> !wanted.contains(node.name())).toList());
        List<Node> missing = all().stream()
                .filter(node -> wanted.contains(node.name()))
                .filter(node -> isMissing(node, progress))
                .toList();
        withFreePorts(missing);
        List<? extends Node> missingFirst =
                first.stream().filter(missing::contains).toList();
        List<? extends Node> missingThen =
                then.stream().filter(missing::contains).toList();
        if (!missingFirst.isEmpty()) {
            String names = missingFirst.stream().map(Node::name).collect(Collectors.joining(", "));
            missingThen.forEach(node -> progress.on(node.name(), new NodeEvent.Waiting(names)));
        }
        Map<String, NodeEvent.Failed> failures = boot.up(missingFirst, Map.of());
        if (!failures.isEmpty()) {
            return failures;
        }
        missingThen.forEach(node -> progress.on(node.name(), new NodeEvent.Waiting("its turn")));
        return boot.up(missingThen, Map.of());
    }

    /// Ends all nodes, in the reverse of the order of their start, and whatever else carries the mark.
    void down() {
        if (!then.isEmpty()) {
            stop(List.of(then.getLast())); // the door first: nothing new comes in
            stop(then.stream().filter(node -> !group.contains(node)).toList());
        }
        group.reversed().forEach(this::stop);
        stopStrays(_ -> false);
        stop(first);
    }

    /// Ends processes of ours that no record knows.
    private void stopStrays(Predicate<Mark.Stray> spared) {
        Set<ProcessIdentity> known =
                all().stream().flatMap(node -> node.process().stream()).collect(Collectors.toSet());
        for (Mark.Stray stray :
                mark.strays(known).stream().filter(Predicate.not(spared)).toList()) {
            progress.note("Ending pid %d, left over as %s by an earlier run."
                    .formatted(stray.process().pid(), stray.node()));
            stray.stop(PATIENCE);
        }
    }

    /// Whether the node has to be brought up; what stands in its way is removed.
    static boolean isMissing(Node node, Progress progress) {
        if (node.isOutdated()) {
            progress.on(node.name(), new NodeEvent.Replacing("its build or its configuration has changed"));
            node.stop(PATIENCE);
            return true;
        }
        if (node.state() == NodeState.PAUSED) {
            progress.note(node.name() + " was paused; it goes on.");
            node.resume();
        }
        if (node.state() == NodeState.HEALTHY) {
            progress.on(node.name(), new NodeEvent.AlreadyUp());
            return false;
        }
        return true;
    }

    /// These nodes, if all of them find their ports free.
    static List<Node> withFreePorts(List<Node> missing) {
        var taken = new ArrayList<String>();
        for (Node node : missing) {
            if (node.process().isEmpty()) {
                node.ports().forEach((name, port) -> {
                    if (!PortHolder.becomesFree(port)) {
                        taken.add("Port %d, which %s needs, is taken by %s. Free it, or move the port: ./covenant up %s"
                                .formatted(port, node.name(), PortHolder.describe(port), Ports.option(name)));
                    }
                });
            }
        }
        if (!taken.isEmpty()) {
            taken.add("All ports at once are moved by --port-base; nothing was started.");
            throw new LauncherFailure(String.join("\n", taken));
        }
        return missing;
    }

    private void stop(List<? extends Node> nodes) {
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            nodes.forEach(node -> workers.execute(() -> stop(node)));
        }
    }

    private void stop(Node node) {
        long began = System.nanoTime();
        boolean runs = node.process().isPresent();
        if (runs) {
            progress.on(node.name(), new NodeEvent.Stopping());
        }
        node.stop(PATIENCE);
        if (runs) {
            progress.on(node.name(), new NodeEvent.Stopped(Duration.ofNanos(System.nanoTime() - began)));
        }
    }

    private List<Node> all() {
        var all = new ArrayList<Node>(first);
        all.addAll(then);
        return all;
    }
}
