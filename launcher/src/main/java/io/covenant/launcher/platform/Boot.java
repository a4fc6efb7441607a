package io.covenant.launcher.platform;

import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.NodeState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// Brings nodes up in their order, a few at a time: a JVM that starts takes a whole processor, and all at
/// once only get in each other's way.
final class Boot {

    private static final int LINES_TOLD = 20;

    private final int atOnce;
    private final Duration deadline;
    private final Progress progress;

    /// @param atOnce how many may be on their way at the same time
    /// @param deadline how long one node may take
    Boot(int atOnce, Duration deadline, Progress progress) {
        this.atOnce = atOnce;
        this.deadline = deadline;
        this.progress = progress;
    }

    /// As many at once as this machine starts well.
    static int atOnceHere() {
        return Math.clamp(Runtime.getRuntime().availableProcessors() + 1L, 2, 8);
    }

    /// Brings all of them up and returns those that failed; one failing does not keep the others from starting.
    Map<String, NodeEvent.Failed> up(List<? extends Node> nodes, Map<String, String> environment) {
        var failures = new ConcurrentSkipListMap<String, NodeEvent.Failed>();
        Queue<Node> queue = new ConcurrentLinkedQueue<>(nodes);
        try (ExecutorService workers = Executors.newFixedThreadPool(atOnce)) {
            IntStream.range(0, atOnce)
                    .forEach(_ -> workers.execute(() -> {
                        for (Node node = queue.poll(); node != null; node = queue.poll()) {
                            NodeEvent end = up(node, environment);
                            if (end instanceof NodeEvent.Failed failed) {
                                failures.put(node.name(), failed);
                            }
                            progress.on(node.name(), end);
                        }
                    }));
        }
        return failures;
    }

    private NodeEvent up(Node node, Map<String, String> environment) {
        long began = System.nanoTime();
        try {
            if (!node.state().isAlive()) {
                progress.on(node.name(), new NodeEvent.Starting());
                node.start(environment);
            }
            return awaitHealth(node, began);
        } catch (RuntimeException e) {
            List<String> told = String.valueOf(e.getMessage()).lines().toList();
            return told.size() > 1
                    ? new NodeEvent.Failed(told.getFirst(), told.subList(1, told.size()))
                    : failed(node, told.getFirst());
        }
    }

    private NodeEvent awaitHealth(Node node, long began) {
        while (true) {
            NodeState state = node.state();
            Duration taken = Duration.ofNanos(System.nanoTime() - began);
            switch (state) {
                case HEALTHY -> {
                    return new NodeEvent.Healthy(taken);
                }
                case STOPPED, DEAD -> {
                    return failed(node, "ended by itself after " + Words.seconds(taken));
                }
                case PAUSED, NOT_READY -> {
                    if (taken.compareTo(deadline) > 0) {
                        return failed(node, "is " + state.label() + " after " + Words.seconds(taken));
                    }
                }
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return failed(node, "was not waited for");
            }
        }
    }

    private static NodeEvent.Failed failed(Node node, String why) {
        try {
            return new NodeEvent.Failed(why, node.log().tail(LINES_TOLD));
        } catch (IOException e) {
            return new NodeEvent.Failed(why, List.of("(its log cannot be read: " + e + ")"));
        }
    }
}
