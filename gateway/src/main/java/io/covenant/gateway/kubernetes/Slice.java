package io.covenant.gateway.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// One EndpointSlice: some of the endpoints of a service.
///
/// Source: Kubernetes API `discovery.k8s.io/v1`.
///
/// @param name      of the slice
/// @param service   whose endpoints they are; empty for a slice that belongs to none
/// @param endpoints that take requests, now or as a last resort
record Slice(String name, String service, List<Endpoint> endpoints) {

    /// @param id      of the pod, where it is one
    /// @param host    as it stands in a URI
    /// @param tlsName that its certificate bears, such as `orders.shop.svc`; empty where the `appProtocol` of the
    ///                port is not `https`
    /// @param zone    empty when nobody knows
    /// @param leaving whether it still serves, but is about to end
    record Endpoint(String id, String host, int port, String tlsName, String zone, boolean leaving) {}

    static Slice of(JsonNode slice, String portName) {
        var metadata = slice.path("metadata");
        var service = metadata.path("labels").path("kubernetes.io/service-name").asString("");
        var name = service + "." + metadata.path("namespace").asString("default") + ".svc";
        return new Slice(
                metadata.path("name").asString(""),
                service,
                port(slice.path("ports"), portName)
                        .map(port -> endpoints(slice, port, name))
                        .orElse(List.of()));
    }

    /// The one of this name, or the only one.
    private static Optional<JsonNode> port(JsonNode ports, String name) {
        for (var port : ports) {
            if (ports.size() == 1 || port.path("name").asString("").equals(name)) {
                return Optional.of(port).filter(found -> found.path("port").asInt(0) > 0);
            }
        }
        return Optional.empty();
    }

    private static List<Endpoint> endpoints(JsonNode slice, JsonNode port, String name) {
        boolean secure = port.path("appProtocol").asString("").equals("https");
        boolean v6 = slice.path("addressType").asString("").equals("IPv6");
        var endpoints = new ArrayList<Endpoint>();
        if (slice.path("addressType").asString("").equals("FQDN")) {
            return endpoints;
        }
        for (var endpoint : slice.path("endpoints")) {
            var conditions = endpoint.path("conditions");
            // What is not said is "yes" for ready, and for serving whatever ready is.
            boolean ready = conditions.path("ready").asBoolean(true);
            boolean leaving = conditions.path("terminating").asBoolean(false);
            boolean serving = conditions.path("serving").asBoolean(ready);
            // All addresses of an endpoint are the same one; the API says to use the first.
            var address = endpoint.path("addresses").path(0).asString("");
            if (!address.isEmpty() && (ready || (serving && leaving))) {
                var pod = endpoint.path("targetRef").path("name").asString("");
                endpoints.add(new Endpoint(
                        pod.isEmpty() ? address : pod,
                        v6 ? "[" + address + "]" : address,
                        port.path("port").asInt(),
                        secure ? name : "",
                        endpoint.path("zone").asString(""),
                        leaving));
            }
        }
        return List.copyOf(endpoints);
    }
}
