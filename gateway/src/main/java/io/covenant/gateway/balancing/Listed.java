package io.covenant.gateway.balancing;

import io.covenant.balancing.Instance;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Instances as a plain list of addresses names them: `http://127.0.0.1:8101`, or with more about them
/// `http://10.0.0.7:8101#id=orders-7&weight=3&zone=a&version=2`.
///
/// Without an id an instance is called after its service and its place in the list, so that `orders-1` is the first
/// everywhere where the same list is given.
final class Listed {

    private Listed() {}

    /// @throws IllegalArgumentException when one of them is no such address
    static List<Instance> instances(String service, List<URI> addresses) {
        var instances = new ArrayList<Instance>();
        for (var address : addresses) {
            instances.add(instance(service, address, instances.size() + 1));
        }
        return List.copyOf(instances);
    }

    private static Instance instance(String service, URI address, int place) {
        var path = address.getRawPath();
        if (!"http".equals(address.getScheme())
                || address.getHost() == null
                || !(path == null || path.isEmpty() || path.equals("/"))
                || address.getRawQuery() != null) {
            throw notAnAddress(service, address);
        }
        var about = about(service, address);
        var id = about.remove("id");
        var weight = about.remove("weight");
        var zone = about.remove("zone");
        try {
            return new Instance(
                    id == null ? service + "-" + place : id,
                    base(address.getHost(), address.getPort()),
                    weight == null ? 1 : Integer.parseInt(weight),
                    zone == null ? "" : zone,
                    about,
                    false);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "covenant.services.%s: %s: %s".formatted(service, address, wrong.getMessage()), wrong);
        }
    }

    private static Map<String, String> about(String service, URI address) {
        var about = new HashMap<String, String>();
        if (address.getFragment() != null) {
            for (var part : address.getFragment().split("&", -1)) {
                int equals = part.indexOf('=');
                if (equals < 1) {
                    throw notAnAddress(service, address);
                }
                about.put(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        return about;
    }

    static String base(String host, int port) {
        return "http://" + host + ":" + (port < 0 ? 80 : port);
    }

    private static IllegalArgumentException notAnAddress(String service, URI address) {
        return new IllegalArgumentException(
                "covenant.services.%s: %s is not a base address such as http://127.0.0.1:8101"
                        .formatted(service, address));
    }
}
