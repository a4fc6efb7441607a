package io.covenant.launcher.cli;

import io.covenant.launcher.platform.NodeEvent;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Progress for files and pipes: one line per node, when all is known of it.
final class PlainProgress implements Console.ShownProgress {

    private final PrintStream out;
    private final int width;
    private final Map<String, List<String>> story = new HashMap<>();

    PlainProgress(PrintStream out, List<String> nodes) {
        this.out = out;
        this.width = nodes.stream().mapToInt(String::length).max().orElse(0);
    }

    @Override
    public synchronized void note(String line) {
        out.println(line);
    }

    @Override
    public synchronized void on(String node, NodeEvent event) {
        List<String> told = story.computeIfAbsent(node, _ -> new ArrayList<>());
        if (!told.isEmpty() && event instanceof NodeEvent.Waiting) {
            return; // first it waits for others and then for its turn: the former tells enough
        }
        told.add(EventText.of(event));
        if (EventText.isFinal(event)) {
            out.println(node + " ".repeat(Math.max(0, width - node.length())) + "  " + String.join(" ... ", told));
            story.remove(node);
        }
    }

    @Override
    public void close() {}
}
