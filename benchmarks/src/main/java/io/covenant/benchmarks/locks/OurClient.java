package io.covenant.benchmarks.locks;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockRequest;
import java.util.SequencedMap;

/// This project's lock service, asked by its own client: one for all, as an application has it, or one for each.
final class OurClient implements LockSystem {

    static final String NAME = "covenant";
    static final String OF_SESSIONS = "covenant-sessions";

    private final LockNodes nodes;
    private final boolean together;
    private final LockClient shared;

    /// @param together in one session, each thread a strand of work in it; else each in a session of its own
    OurClient(LockNodes nodes, boolean together) {
        this.nodes = nodes;
        this.together = together;
        shared = client("bench");
    }

    @Override
    public String name() {
        return together ? NAME : OF_SESSIONS;
    }

    @Override
    public String description() {
        return together
                ? "three nodes, TLS between them, HTTP and JSON; this project's client, one for all threads and one session"
                : "the same nodes; this project's client, one for each thread, each with a session and connections of its own";
    }

    @Override
    public Durability durability() {
        return Durability.MAJORITY;
    }

    @Override
    public boolean shares() {
        return true;
    }

    @Override
    public boolean hasSessions() {
        return true;
    }

    @Override
    public LockUser join(int number) {
        return user(together ? shared : client("bench-" + number));
    }

    @Override
    public LockUser joinAlone(int number) {
        return user(together ? shared.another("bench-" + number) : client("bench-" + number));
    }

    private LockUser user(LockClient own) {
        awaitSession(own);
        return new LockUser() {
            @Override
            public Hold acquire(String lock, boolean together) throws InterruptedException {
                LeasedLock held = own.acquire(together ? LockRequest.shared(lock) : LockRequest.exclusive(lock));
                return held::release;
            }

            @Override
            public void close() {
                if (own != shared) {
                    own.close();
                }
            }
        };
    }

    private LockClient client(String name) {
        return LockClient.builder(nodes.bases())
                .name(name)
                .ttl(LocksBenchmark.TTL)
                .build();
    }

    private static void awaitSession(LockClient client) {
        client.start();
        long deadline = System.nanoTime() + LocksBenchmark.JOINING.toNanos();
        while (client.session() == 0 && System.nanoTime() - deadline < 0) {
            sleep();
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public SequencedMap<String, ProcessHandle> servers() {
        return nodes.handles();
    }

    @Override
    public void close() {
        shared.close();
    }
}
