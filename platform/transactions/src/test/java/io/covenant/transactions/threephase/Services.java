package io.covenant.transactions.threephase;

import java.util.List;
import java.util.Objects;
import java.util.SortedMap;

/// Who is where: the names of the simulated nodes.
///
/// @param participants service name to its instances
record Services(String database, List<String> coordinators, SortedMap<String, List<String>> participants) {

    List<String> instancesOf(String service) {
        return Objects.requireNonNull(participants.get(service), service);
    }

    static String databaseOf(String service) {
        return service + "-db";
    }
}
