package io.covenant.gateway.control.store;

import io.covenant.security.audit.AuditReport;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// In this process: no other gateway follows, and the next start begins with the configuration again.
final class MemoryClusterStore implements ClusterStore {

    private static final int KEPT = 1_000;

    private final Map<String, Stored> settings = new TreeMap<>();
    private final Deque<Audited> audit = new ArrayDeque<>();
    private final Map<String, Followed> followers = new TreeMap<>();

    @Override
    public String kind() {
        return "memory";
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public synchronized Optional<Stored> find(String service) {
        return Optional.ofNullable(settings.get(service));
    }

    @Override
    public synchronized List<Stored> all() {
        return List.copyOf(settings.values());
    }

    @Override
    public synchronized boolean save(Audited change) {
        long before = find(change.service()).map(Stored::version).orElse(0L);
        if (change.version() != before + 1) {
            return false;
        }
        settings.put(
                change.service(),
                new Stored(change.service(), change.version(), change.after(), change.operator(), change.at()));
        if (audit.size() == KEPT) {
            audit.removeLast();
        }
        audit.addFirst(change);
        return true;
    }

    @Override
    public synchronized List<Audited> audit(String service, int most) {
        return audit.stream()
                .filter(change -> change.service().equals(service))
                .limit(most)
                .toList();
    }

    @Override
    public Optional<AuditReport> checkAudit() {
        return Optional.empty();
    }

    @Override
    public synchronized void report(String gateway, Map<String, Long> versions, Instant now) {
        versions.forEach((service, version) -> followers.put(service, new Followed(gateway, version, now)));
    }

    @Override
    public synchronized List<Followed> followers(String service) {
        var one = followers.get(service);
        return one == null ? List.of() : List.of(one);
    }
}
