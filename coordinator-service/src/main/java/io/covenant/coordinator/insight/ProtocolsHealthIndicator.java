package io.covenant.coordinator.insight;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Doors;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.stereotype.Component;

/// Which protocols can run here now. A coordinator that can run any of them is ready: what cannot run is refused with
/// a 503 that says why, and no other coordinator could do it.
@Component("protocolsHealthIndicator")
final class ProtocolsHealthIndicator extends AbstractHealthIndicator {

    private final Doors doors;

    ProtocolsHealthIndicator(Doors doors) {
        super("Nobody can tell which protocols run");
        this.doors = doors;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        var running = doors.running();
        health.status(running.isEmpty() ? Status.DOWN : Status.UP);
        for (var protocol : CommitProtocol.values()) {
            if (protocol != CommitProtocol.PAXOS_COMMIT || doors.hasQuorum()) {
                health.withDetail(protocol.name(), (running.contains(protocol) ? Status.UP : Status.DOWN).getCode());
            }
        }
    }
}
