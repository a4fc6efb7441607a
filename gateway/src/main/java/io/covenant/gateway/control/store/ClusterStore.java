package io.covenant.gateway.control.store;

import io.covenant.gateway.balancing.ClusterSettings;
import io.covenant.security.audit.AuditReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps what operators want of each service, and who changed it. May block; whoever cannot reach what it needs throws
/// [StoreAwayException].
public interface ClusterStore {

    /// @param version counted up by each change, from 1
    record Stored(String service, long version, ClusterSettings settings, String changedBy, Instant changedAt) {}

    /// One change by one operator.
    record Audited(
            Instant at,
            String operator,
            String gateway,
            String service,
            long version,
            boolean forced,
            ClusterSettings before,
            ClusterSettings after) {}

    /// Which version a gateway follows.
    record Followed(String gateway, long version, Instant seenAt) {}

    /// What it is, for operators.
    String kind();

    /// Whether other gateways follow what is kept here, and a restart finds it again.
    boolean isShared();

    Optional<Stored> find(String service);

    List<Stored> all();

    /// Keeps the settings and the audit together, if the version is the next one.
    ///
    /// @return whether it was
    boolean save(Audited change);

    /// The newest first.
    List<Audited> audit(String service, int most);

    /// Whether the audit is as it was written; empty where it does not outlive the gateway.
    Optional<AuditReport> checkAudit();

    /// Notes which versions a gateway follows.
    void report(String gateway, Map<String, Long> versions, Instant now);

    List<Followed> followers(String service);
}
