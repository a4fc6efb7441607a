package io.covenant.benchmarks.locks;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockRequest;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.SequencedMap;

/// This project's lock service, asked by its own client.
final class OurClient implements LockSystem {

    static final String NAME = "covenant";

    private final LockNodes nodes;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    OurClient(LockNodes nodes) {
        this.nodes = nodes;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "three nodes, TLS between them, HTTP and JSON; this project's client, a session with its event stream each, one JDK HttpClient for all";
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
        LockClient client = LockClient.builder(nodes.bases())
                .name("bench-" + number)
                .ttl(LocksBenchmark.TTL)
                .http(http)
                .build()
                .start();
        long deadline = System.nanoTime() + LocksBenchmark.JOINING.toNanos();
        while (client.session() == 0 && System.nanoTime() - deadline < 0) {
            sleep();
        }
        return new LockUser() {
            @Override
            public Hold acquire(String lock, boolean shared) throws InterruptedException {
                LeasedLock held = client.acquire(shared ? LockRequest.shared(lock) : LockRequest.exclusive(lock));
                return held::release;
            }

            @Override
            public void close() {
                client.close();
            }
        };
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
        http.shutdownNow();
    }
}
