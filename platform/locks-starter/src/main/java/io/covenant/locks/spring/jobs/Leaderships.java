package io.covenant.locks.spring.jobs;

import io.covenant.locks.client.LockClient;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Elections for the jobs of this application.
///
/// ```java
/// var leadership = leaderships.of("orders/forget");
/// switch (leadership.standing()) {
///     case LEADS, UNGUARDED -> forget();
///     case FOLLOWS, UNKNOWN -> {} // nothing is lost by forgetting later
/// }
/// ```
public final class Leaderships implements AutoCloseable {

    private final @Nullable LockClient client;
    private final String who;
    private final Consumer<Leadership> begun;
    private final List<Leadership> all = new CopyOnWriteArrayList<>();

    /// @param client absent when there is no lock service
    /// @param who    proclaimed while this instance leads
    /// @param begun  hears of each election
    Leaderships(@Nullable LockClient client, String who, Consumer<Leadership> begun) {
        this.client = client;
        this.who = who;
        this.begun = begun;
    }

    /// Without a lock service: every instance does every job.
    public static Leaderships unguarded() {
        return new Leaderships(null, "", _ -> {});
    }

    /// Stands for this job from now on.
    ///
    /// @param job the service's name and the job's, `orders/forget`
    public Leadership of(String job) {
        Leadership leadership = client == null ? new Unguarded(job) : new Campaign(client, job, who);
        all.add(leadership);
        begun.accept(leadership);
        return leadership;
    }

    public List<Leadership> all() {
        return List.copyOf(all);
    }

    @Override
    public void close() {
        for (var leadership : all) {
            if (leadership instanceof Campaign campaign) {
                campaign.close();
            }
        }
    }

    private record Unguarded(String job) implements Leadership {

        @Override
        public Standing standing() {
            return Standing.UNGUARDED;
        }

        @Override
        public OptionalLong token() {
            return OptionalLong.empty();
        }
    }
}
