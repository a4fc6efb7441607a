package io.covenant.consensus.register;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What has been proposed, accepted and learned in one world, and what must hold of it.
final class RegisterHistory {

    private record Attempt(RegisterKey key, Ballot ballot) {}

    private final int majority;
    private final Map<RegisterKey, Set<Value>> proposed = new HashMap<>();
    private final Map<Attempt, Value> values = new HashMap<>();
    private final Map<Attempt, Set<String>> voters = new HashMap<>();
    private final Map<RegisterKey, Value> chosen = new HashMap<>();

    RegisterHistory(int acceptors) {
        majority = acceptors / 2 + 1;
    }

    void proposed(RegisterKey key, Value value) {
        proposed.computeIfAbsent(key, _ -> new HashSet<>()).add(value);
    }

    void accepted(RegisterKey key, String acceptor, Vote vote) {
        var attempt = new Attempt(key, vote.ballot());
        var before = values.putIfAbsent(attempt, vote.value());
        require(
                before == null || before.equals(vote.value()),
                "two values at ballot %s of %s".formatted(vote.ballot(), key));
        var voted = voters.computeIfAbsent(attempt, _ -> new HashSet<>());
        voted.add(acceptor);
        if (voted.size() >= majority) {
            chosen(key, vote.value());
        }
    }

    private void chosen(RegisterKey key, Value value) {
        var before = chosen.putIfAbsent(key, value);
        require(before == null || before.equals(value), "%s chose %s, then %s".formatted(key, before, value));
        require(
                proposed.getOrDefault(key, Set.of()).contains(value),
                "%s chose %s, which nobody proposed".formatted(key, value));
    }

    void learned(RegisterKey key, Value value) {
        require(
                chosen(key).equals(Optional.of(value)),
                "learned %s of %s, which holds %s".formatted(value, key, chosen(key)));
    }

    Optional<Value> chosen(RegisterKey key) {
        return Optional.ofNullable(chosen.get(key));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
