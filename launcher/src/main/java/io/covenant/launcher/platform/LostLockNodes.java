package io.covenant.launcher.platform;

import io.covenant.launcher.locks.LockService;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Takes lock nodes into their group again that come up without their directory: the others know them as they
/// were, with votes that they have forgotten, so each is a new member under its old name.
///
/// Runs beside a start, since such a node is not healthy before.
final class LostLockNodes implements AutoCloseable {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LockService service;
    private final List<String> nodes;
    private final UnaryOperator<String> peers;
    private final Progress progress;
    private final Thread thread;

    /// @param peers where others reach a node
    LostLockNodes(LockService service, List<String> nodes, UnaryOperator<String> peers, Progress progress) {
        this.service = service;
        this.nodes = nodes;
        this.peers = peers;
        this.progress = progress;
        this.thread = Thread.ofVirtual().name("lost-lock-nodes").start(this::look);
    }

    private void look() {
        Set<String> told = new HashSet<>();
        try {
            while (true) {
                for (String node : nodes) {
                    if (service.isStranger(node)) {
                        if (told.add(node)) {
                            progress.note(node + " has lost its directory; the others take it in as a new member.");
                        }
                        service.replace(node, peers.apply(node), PATIENCE);
                    }
                }
                Thread.sleep(BETWEEN_LOOKS);
            }
        } catch (InterruptedException _) {
            // The start is over.
        } catch (RuntimeException e) {
            progress.note("A lock node without its directory cannot be taken in: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        service.close();
    }
}
