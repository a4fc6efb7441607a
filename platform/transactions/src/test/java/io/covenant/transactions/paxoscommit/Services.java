package io.covenant.transactions.paxoscommit;

import java.util.List;
import java.util.SortedMap;

/// Who is where: the names of the simulated nodes.
///
/// @param coordinators each with an acceptor
/// @param voted        how many acceptors a branch sends its vote to
/// @param participants service name to its instances
record Services(List<String> coordinators, int voted, SortedMap<String, List<String>> participants) {

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
