package io.covenant.consensus.register;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Hears of one register from acceptors that somebody else asked, and learns what was chosen: in Paxos Commit
/// the coordinator, to whom the acceptors pass on the participants' votes.
public final class Learner {

    /// What was heard.
    public sealed interface State {

        /// @param votes the latest of each acceptor
        record Listening(SortedMap<String, Vote> votes) implements State {
            public Listening {
                votes = Collections.unmodifiableSortedMap(new TreeMap<>(votes));
            }
        }

        record Learned(Value value) implements State {}
    }

    private final SortedSet<String> acceptors;

    public Learner(Collection<String> acceptors) {
        this.acceptors = Collections.unmodifiableSortedSet(new TreeSet<>(acceptors));
    }

    public State begin() {
        return new State.Listening(new TreeMap<>());
    }

    public State on(State state, String acceptor, Reply reply) {
        return switch (state) {
            case State.Learned learned -> learned;
            case State.Listening listening when !acceptors.contains(acceptor) -> listening;
            case State.Listening listening ->
                switch (reply) {
                    case Reply.Chosen(var value) -> new State.Learned(value);
                    case Reply.Accepted(var vote) -> heard(listening, acceptor, vote);
                    case Reply.Promised _, Reply.Outbid _, Reply.Forgotten _ -> listening;
                };
        };
    }

    /// The value, once it is known.
    public static Optional<Value> learned(State state) {
        return state instanceof State.Learned(var value) ? Optional.of(value) : Optional.empty();
    }

    private State heard(State.Listening listening, String acceptor, Vote vote) {
        var votes = new TreeMap<>(listening.votes());
        votes.merge(acceptor, vote, (before, now) -> before.ballot().isBelow(now.ballot()) ? now : before);
        var same = votes.values().stream().filter(vote::equals).count();
        return same > acceptors.size() / 2 ? new State.Learned(vote.value()) : new State.Listening(votes);
    }
}
