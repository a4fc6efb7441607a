package io.covenant.transactions.twophase;

import java.util.List;
import java.util.SortedMap;

/// Who is where: the names of the simulated nodes.
///
/// @param participants service name to its instances
record Services(String register, List<String> coordinators, SortedMap<String, List<String>> participants) {

    List<String> instancesOf(String service) {
        var instances = participants.get(service);
        if (instances == null) {
            throw new IllegalArgumentException("no service " + service);
        }
        return instances;
    }

    static String databaseOf(String service) {
        return service + "-db";
    }
}
