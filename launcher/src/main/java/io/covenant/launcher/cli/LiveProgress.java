package io.covenant.launcher.cli;

import io.covenant.launcher.platform.NodeEvent;
import io.covenant.launcher.platform.Words;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Progress for a person at a terminal: one line per node, redrawn in place while seconds count up.
final class LiveProgress implements Console.ShownProgress {

    private static final String UP = "\u001b[%dA";
    private static final String CLEAR_LINE = "\u001b[2K";
    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private record Line(NodeEvent event, long since) {}

    private final PrintStream out;
    private final List<String> nodes;
    private final int width;
    private final Map<String, Line> lines = new LinkedHashMap<>();
    private final Thread clock;
    private int drawn;

    LiveProgress(PrintStream out, List<String> nodes) {
        this.out = out;
        this.nodes = nodes;
        this.width = nodes.stream().mapToInt(String::length).max().orElse(0);
        this.clock = Thread.ofVirtual().start(this::tick);
    }

    @Override
    public synchronized void note(String line) {
        erase();
        out.println(line);
        draw();
    }

    @Override
    public synchronized void on(String node, NodeEvent event) {
        lines.put(node, new Line(event, System.nanoTime()));
        erase();
        draw();
    }

    @Override
    public void close() {
        clock.interrupt();
    }

    private void tick() {
        try {
            while (true) {
                Thread.sleep(200);
                synchronized (this) {
                    erase();
                    draw();
                }
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    private void erase() {
        if (drawn > 0) {
            out.printf(UP, drawn);
            out.print(("\r" + CLEAR_LINE + "\n").repeat(drawn));
            out.printf(UP, drawn);
            drawn = 0;
        }
    }

    private void draw() {
        for (String node : nodes) {
            Line line = lines.get(node);
            if (line != null) {
                out.println(node + " ".repeat(Math.max(0, width - node.length())) + "  " + text(line));
                drawn++;
            }
        }
        out.flush();
    }

    private static String text(Line line) {
        String text = EventText.of(line.event());
        return switch (line.event()) {
            case NodeEvent.Waiting _ -> DIM + text + PLAIN;
            case NodeEvent.Starting _, NodeEvent.Stopping _, NodeEvent.Replacing _ ->
                text + " ... " + Words.seconds(Duration.ofNanos(System.nanoTime() - line.since()));
            case NodeEvent.AlreadyUp _, NodeEvent.Healthy _, NodeEvent.Stopped _ -> GREEN + text + PLAIN;
            case NodeEvent.Failed _ -> RED + text + PLAIN;
        };
    }
}
