package io.covenant.consensus.raft;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// Who belongs to a group.
///
/// @param voters   elect leaders and make majorities
/// @param learners receive the log and count for nothing
public record Members(SortedSet<NodeId> voters, SortedSet<NodeId> learners) {

    private static final Members NOBODY = of();

    public Members {
        voters = Collections.unmodifiableSortedSet(new TreeSet<>(voters));
        learners = Collections.unmodifiableSortedSet(new TreeSet<>(learners));
        if (!Collections.disjoint(voters, learners)) {
            throw new IllegalArgumentException("a voter is no learner: " + voters + " " + learners);
        }
    }

    public static Members of(NodeId... voters) {
        return of(List.of(voters));
    }

    public static Members of(Collection<NodeId> voters) {
        return new Members(new TreeSet<>(voters), new TreeSet<>());
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

    Members withLearner(NodeId node) {
        var more = new TreeSet<>(learners);
        more.add(node);
        return new Members(voters, more);
    }

    Members withVoter(NodeId node) {
        var more = new TreeSet<>(voters);
        more.add(node);
        var fewer = new TreeSet<>(learners);
        fewer.remove(node);
        return new Members(more, fewer);
    }

    Members without(NodeId node) {
        var fewerVoters = new TreeSet<>(voters);
        fewerVoters.remove(node);
        var fewerLearners = new TreeSet<>(learners);
        fewerLearners.remove(node);
        return new Members(fewerVoters, fewerLearners);
    }

    @Override
    public String toString() {
        return learners.isEmpty() ? voters.toString() : voters + " and learners " + learners;
    }
}
