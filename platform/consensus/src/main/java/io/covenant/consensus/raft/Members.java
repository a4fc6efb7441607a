package io.covenant.consensus.raft;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who belongs to a group.
///
/// @param voters    elect leaders and make majorities
/// @param learners  receive the log and count for nothing
/// @param addresses where some of them can be reached, in whatever way the transport calls it; the kernel
///                  only keeps them
public record Members(SortedSet<NodeId> voters, SortedSet<NodeId> learners, SortedMap<NodeId, String> addresses) {

    private static final Pattern ADDRESS = Pattern.compile("[!-~]{1,255}");
    private static final Members NOBODY = of();

    public Members {
        voters = Collections.unmodifiableSortedSet(new TreeSet<>(voters));
        learners = Collections.unmodifiableSortedSet(new TreeSet<>(learners));
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
        if (!Collections.disjoint(voters, learners)) {
            throw new IllegalArgumentException("a voter is no learner: " + voters + " " + learners);
        }
        for (var node : addresses.keySet()) {
            if (!voters.contains(node) && !learners.contains(node)) {
                throw new IllegalArgumentException(node + " has an address and is no member");
            }
        }
        addresses.values().forEach(Members::requireAddress);
    }

    public Members(SortedSet<NodeId> voters, SortedSet<NodeId> learners) {
        this(voters, learners, new TreeMap<>());
    }

    static void requireAddress(String address) {
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("an address is %s, not '%s'"
                    .formatted(ADDRESS, address.substring(0, Math.min(300, address.length()))));
        }
    }

    public static Members of(NodeId... voters) {
        return of(List.of(voters));
    }

    public static Members of(Collection<NodeId> voters) {
        return new Members(new TreeSet<>(voters), new TreeSet<>());
    }

    /// Founders with their addresses.
    public static Members at(Map<NodeId, String> voters) {
        return new Members(new TreeSet<>(voters.keySet()), new TreeSet<>(), new TreeMap<>(voters));
    }

    /// What a node knows that has not heard from its group yet.
    public static Members nobody() {
        return NOBODY;
    }

    public boolean known() {
        return !voters.isEmpty();
    }

    public boolean isVoter(NodeId node) {
        return voters.contains(node);
    }

    public boolean contains(NodeId node) {
        return voters.contains(node) || learners.contains(node);
    }

    /// How many voters are a majority.
    public int majority() {
        return voters.size() / 2 + 1;
    }

    Members withLearner(NodeId node, @Nullable String address) {
        var more = new TreeSet<>(learners);
        more.add(node);
        var places = new TreeMap<>(addresses);
        if (address != null) {
            places.put(node, address);
        }
        return new Members(voters, more, places);
    }

    Members withVoter(NodeId node) {
        var more = new TreeSet<>(voters);
        more.add(node);
        var fewer = new TreeSet<>(learners);
        fewer.remove(node);
        return new Members(more, fewer, addresses);
    }

    Members without(NodeId node) {
        var fewerVoters = new TreeSet<>(voters);
        fewerVoters.remove(node);
        var fewerLearners = new TreeSet<>(learners);
        fewerLearners.remove(node);
        var places = new TreeMap<>(addresses);
        places.remove(node);
        return new Members(fewerVoters, fewerLearners, places);
    }

    @Override
    public String toString() {
        return learners.isEmpty() ? voters.toString() : voters + " and learners " + learners;
    }
}
