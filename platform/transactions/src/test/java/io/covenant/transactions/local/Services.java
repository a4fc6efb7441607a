package io.covenant.transactions.local;

import java.util.List;
import java.util.SortedMap;

/// Who is where: the names of the simulated nodes.
///
/// @param participants service name to its instances
public record Services(List<String> coordinators, SortedMap<String, List<String>> participants) {

    public static final String STORE = "store";

    public List<String> instancesOf(String service) {
        var instances = participants.get(service);
        if (instances == null) {
            throw new IllegalArgumentException("no service " + service);
        }
        return instances;
    }

    public static String databaseOf(String service) {
        return service + "-db";
    }
}
