package io.covenant.launcher.cli;

import io.covenant.launcher.locks.LockNode;
import io.covenant.launcher.locks.LockService;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.NodeState;
import io.covenant.launcher.node.ProcessIdentity;
import io.covenant.launcher.node.ProcessUsage;
import io.covenant.launcher.platform.Platform;
import io.covenant.launcher.platform.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Shows every node; exits with 1 unless all are healthy.")
final class StatusCommand implements Callable<Integer> {

    private final Context context;

    StatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Platform platform = context.platform();
        try (LockService locks = platform.locks()) {
            return show(platform, locks);
        }
    }

    private int show(Platform platform, LockService locks) throws InterruptedException {
        Instant now = Instant.now();
        var table = new Table("node", "state", "port", "management", "pid", "up for", "CPU", "memory", "role");
        long memory = 0;
        boolean healthy = true;
        for (String name : platform.names()) {
            Node node = platform.node(name);
            NodeState state = node.state();
            OptionalInt management = platform.managementPort(name);
            var cells = new ArrayList<>(List.of(
                    name,
                    state.label(),
                    Integer.toString(node.port()),
                    management.isPresent() ? Integer.toString(management.getAsInt()) : ""));
            Optional<ProcessIdentity> process = node.process();
            if (process.isPresent()) {
                ProcessUsage usage = ProcessUsage.of(process.get());
                cells.add(Long.toString(process.get().pid()));
                cells.add(node.startedAt()
                        .map(at -> Words.roughly(Duration.between(at, now)))
                        .orElse(""));
                cells.add(Words.seconds(usage.cpu()));
                cells.add(Words.bytes(usage.memoryBytes()));
                if (state == NodeState.HEALTHY || state == NodeState.NOT_READY) {
                    cells.add(locks.node(name).map(LockNode::toString).orElse(""));
                }
                memory += usage.memoryBytes();
            }
            healthy &= state == NodeState.HEALTHY;
            table.row(cells);
        }
        table.lines().forEach(context.console()::say);
        if (memory > 0) {
            context.console().say("%s in all; the door is %s".formatted(Words.bytes(memory), platform.gateway()));
        }
        return healthy ? 0 : 1;
    }
}
