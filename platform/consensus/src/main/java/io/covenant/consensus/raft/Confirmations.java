package io.covenant.consensus.raft;

import java.util.ArrayList;
import java.util.List;

/// Requests to confirm the leadership, gathered into rounds. While a round is on its way, requests wait for
/// the next: the one under way started before them.
///
/// Source: Ongaro, dissertation, §6.4.
final class Confirmations {

    private final List<Long> inRound = new ArrayList<>();
    private final List<Long> waiting = new ArrayList<>();
    private long round;
    private long readIndex;

    void add(long ticket) {
        waiting.add(ticket);
    }

    int size() {
        return inRound.size() + waiting.size();
    }

    /// The newest round; messages carry its number.
    long round() {
        return round;
    }

    boolean underWay() {
        return !inRound.isEmpty();
    }

    /// Starts a round for all who wait.
    void start(long commitIndex) {
        inRound.addAll(waiting);
        waiting.clear();
        round++;
        readIndex = commitIndex;
    }

    boolean anyWaiting() {
        return !waiting.isEmpty();
    }

    long readIndex() {
        return readIndex;
    }

    /// The round is confirmed: whom it answers.
    List<Long> finish() {
        var answered = List.copyOf(inRound);
        inRound.clear();
        return answered;
    }

    List<Long> abandon() {
        var all = new ArrayList<>(inRound);
        all.addAll(waiting);
        inRound.clear();
        waiting.clear();
        return all;
    }
}
