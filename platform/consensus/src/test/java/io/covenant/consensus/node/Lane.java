package io.covenant.consensus.node;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// A client that proposes one text after the other to whoever leads, and remembers what was acknowledged.
final class Lane {

    final Map<Long, String> acknowledged = new ConcurrentSkipListMap<>();
    /// @param by whom it was acknowledged
    record Success(String by, long nanos) {}

    private final ProcessGroup group;
    private final String name;
    private final Thread thread;
    private volatile Success last = new Success("", 0);
    private volatile boolean ended;

    Lane(ProcessGroup group, String name) {
        this.group = group;
        this.name = name;
        this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    private void run() {
        for (var number = 0; !ended; ) {
            var leader = group.anyLeader();
            if (leader.isEmpty()) {
                pause();
                continue;
            }
            var text = name + "-" + number;
            var answer = Cluster.soon(leader.get().propose(text));
            switch (answer.said()) {
                case APPLIED -> {
                    acknowledged.put(answer.index(), text);
                    last = new Success(leader.get().name, System.nanoTime());
                    number++;
                }
                case REFUSED -> pause();
                case UNKNOWN -> number++;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    Success last() {
        return last;
    }

    void end() throws InterruptedException {
        ended = true;
        thread.join();
    }
}
