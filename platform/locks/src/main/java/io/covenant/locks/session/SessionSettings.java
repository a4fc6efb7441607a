package io.covenant.locks.session;

import java.util.List;

/// How a session behaves.
///
/// @param name           that operators see
/// @param nodes          base URIs of the service's nodes, in the order in which they are tried
/// @param ttlMillis      of the lease
/// @param drift          by how much the rates of the client's and the service's clocks may differ; 0.01 is a hundredth
/// @param marginMillis   by which the client ends earlier than it must
/// @param graceMillis    how long jeopardy may last before the session is given up
/// @param attemptMillis  after which silence of a node is taken for a failure
/// @param longPollMillis for how long the service may keep a waiting request open
/// @param backoffMillis  between two rounds through all nodes, at most
/// @param seed           of the jitter
public record SessionSettings(
        String name,
        List<String> nodes,
        long ttlMillis,
        double drift,
        long marginMillis,
        long graceMillis,
        long attemptMillis,
        long longPollMillis,
        long backoffMillis,
        long seed) {

    public SessionSettings {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("no node of the lock service is named");
        }
        if (drift < 0 || drift > 0.5) {
            throw new IllegalArgumentException("drift must be between 0 and 0.5, not " + drift);
        }
        if (ttlMillis * (1 - drift) - marginMillis < ttlMillis / 2.0) {
            throw new IllegalArgumentException("drift and margin leave less than half of a lease of " + ttlMillis
                    + " ms: there must be time for" + " two keep-alives");
        }
        if (marginMillis < 0 || graceMillis < 0 || attemptMillis <= 0 || longPollMillis < 0 || backoffMillis <= 0) {
            throw new IllegalArgumentException("times must be positive");
        }
    }

    /// For a lease of this length.
    public static SessionSettings of(String name, List<String> nodes, long ttlMillis, long seed) {
        return new SessionSettings(
                name,
                nodes,
                ttlMillis,
                0.01,
                Math.min(250, ttlMillis / 10),
                30_000,
                Math.clamp(ttlMillis / 6, 100, 2_000),
                10_000,
                Math.clamp(ttlMillis / 10, 50, 1_000),
                seed);
    }

    long keepAliveMillis() {
        return ttlMillis / 3;
    }

    /// The same under another name.
    public SessionSettings withName(String another) {
        return new SessionSettings(
                another,
                nodes,
                ttlMillis,
                drift,
                marginMillis,
                graceMillis,
                attemptMillis,
                longPollMillis,
                backoffMillis,
                seed);
    }

    /// The same for another session.
    public SessionSettings withSeed(long another) {
        return new SessionSettings(
                name,
                nodes,
                ttlMillis,
                drift,
                marginMillis,
                graceMillis,
                attemptMillis,
                longPollMillis,
                backoffMillis,
                another);
    }
}
