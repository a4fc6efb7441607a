package io.covenant.coordinator.paxos;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How the coordinators run Paxos Commit. Without members they do not, and refuse it.
///
/// @param members      the addresses of all coordinators by name, this one among them: an odd number of them, the same
///                     list everywhere and for ever
/// @param directory    where this one keeps what it has promised; never to be lost
/// @param keep         how long transactions that have ended are remembered
/// @param remembered   of more than these only the last five minutes are remembered; none is begun while there
///                     are still more
/// @param unfinished   how long a transaction may be left by its leader before another coordinator finishes it
/// @param firstRetry   the pause before whoever has not answered is asked again, doubled for each further time
/// @param longestRetry the longest such pause
/// @param patience     how long another coordinator may take to answer
@ConfigurationProperties("covenant.coordinator.paxos")
public record PaxosSettings(
        @DefaultValue Map<String, URI> members,
        @Nullable Path directory,
        @DefaultValue("1d") Duration keep,
        @DefaultValue("100000") int remembered,
        @DefaultValue("1s") Duration unfinished,
        @DefaultValue("150ms") Duration firstRetry,
        @DefaultValue("1200ms") Duration longestRetry,
        @DefaultValue("1s") Duration patience) {

    /// Nothing is forgotten that is younger, as clients may still ask for it.
    static final Duration LEAST_KEPT = Duration.ofMinutes(2);

    public PaxosSettings {
        members = Map.copyOf(members);
        require(
                members.isEmpty() == (directory == null),
                "members",
                "and covenant.coordinator.paxos.directory must be given together, or neither");
        require(
                members.isEmpty() || members.size() % 2 == 1,
                "members",
                "must be an odd number of coordinators, not " + members.size());
        require(keep.compareTo(LEAST_KEPT) >= 0, "keep", "must be at least two minutes");
        require(remembered >= 1, "remembered", "must be at least 1");
        require(unfinished.isPositive(), "unfinished", "must be positive");
        require(firstRetry.isPositive(), "first-retry", "must be positive");
        require(longestRetry.compareTo(firstRetry) >= 0, "longest-retry", "must not be below first-retry");
        require(patience.isPositive(), "patience", "must be positive");
    }

    /// Settings that are not configured, with these members.
    static PaxosSettings of(Map<String, URI> members, Path directory) {
        return new PaxosSettings(
                members,
                directory,
                Duration.ofDays(1),
                100_000,
                Duration.ofSeconds(1),
                Duration.ofMillis(150),
                Duration.ofMillis(1200),
                Duration.ofSeconds(1));
    }

    /// The names of all acceptors.
    SortedSet<String> acceptors() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(members.keySet()));
    }

    /// @throws IllegalArgumentException when this node is none of the members
    void requireMember(String node) {
        require(members.containsKey(node), "members", "must name this coordinator, %s".formatted(node));
    }

    private static void require(boolean holds, String name, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("covenant.coordinator.paxos.%s %s".formatted(name, rule));
        }
    }
}
