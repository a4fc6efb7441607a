package io.covenant.locks.client;

import io.covenant.locks.wire.ElectionView;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.Want;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// An office that one candidate holds at a time.
public final class Election {

    /// Candidacies are strands of their own: two of one thread compete, as they should.
    private static final AtomicLong STRANDS = new AtomicLong(1L << 48);

    private final LockClient client;
    private final String name;

    Election(LockClient client, String name) {
        this.client = client;
        this.name = name;
    }

    /// Who leads.
    ///
    /// @param session of the leader
    /// @param token   that the leader shows to resources
    /// @param value   that it proclaims; empty for none
    public record Leader(long session, long token, String value) {}

    /// Waits until this candidate leads, and then leads until it [resigns][LeasedLock#release] or its session ends.
    ///
    /// @param value that it proclaims, an address for instance; at most 512 bytes, may be empty
    public LeasedLock campaign(String value) throws InterruptedException {
        return client.acquire(candidacy(value));
    }

    /// Waits no longer than this.
    public Optional<LeasedLock> campaign(String value, Duration wait) throws InterruptedException {
        return client.tryAcquire(candidacy(value).waiting(wait));
    }

    public Optional<Leader> leader() throws InterruptedException {
        var view = client.reads()
                .read(ElectionView.class, node -> client.reads().http().to(node, "/api/v1/elections" + slashed(name)));
        var session = view.session();
        var token = view.token();
        var value = view.value();
        return session == null || token == null
                ? Optional.empty()
                : Optional.of(new Leader(session, token, value == null ? "" : value));
    }

    /// Tells each leader, the present one first; empty when the office becomes vacant. Fast changes may be told as one.
    public Watch observe(Consumer<Optional<Leader>> observer) {
        var teller = new Object() {
            private Optional<Leader> told = Optional.empty();
            private boolean begun;

            synchronized void look() {
                try {
                    var now = leader();
                    if (!begun || !now.equals(told)) {
                        begun = true;
                        told = now;
                        observer.accept(now);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        return client.watch(name, teller::look, (_, event) -> {
            if (concerns(event)) {
                teller.look();
            }
        });
    }

    private boolean concerns(LockEvent event) {
        return switch (event) {
            case LockEvent.Granted granted -> granted.name().equals(name) && granted.mode() == LockMode.LEADER;
            case LockEvent.Released released -> released.name().equals(name);
            case LockEvent.Compacted _ -> true;
            case LockEvent.Settled _,
                    LockEvent.Contended _,
                    LockEvent.Expired _,
                    LockEvent.Leader _,
                    LockEvent.Changed _ -> false;
        };
    }

    private LockRequest candidacy(String value) {
        return LockRequest.of(Want.leadership(name))
                .strand(STRANDS.incrementAndGet())
                .proclaiming(value);
    }

    static String slashed(String name) {
        var encoded = HttpCalls.encoded(name);
        return encoded.startsWith("/") ? encoded : "/" + encoded;
    }
}
