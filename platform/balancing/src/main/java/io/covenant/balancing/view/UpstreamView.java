package io.covenant.balancing.view;

import java.util.List;

/// A service for operators.
///
/// @param version   of the cluster in use
/// @param panic     whether so few instances are available that all are used
/// @param inFlight  requests in flight to instances that belong to the service
public record UpstreamView(String service, long version, boolean panic, int inFlight, List<InstanceView> instances) {

    public UpstreamView {
        instances = List.copyOf(instances);
    }
}
