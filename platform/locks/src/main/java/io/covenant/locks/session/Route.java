package io.covenant.locks.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which node to ask: the one that answered last as the primary, else one after the other.
///
/// Nodes that have left their group may name each other as its primary for ever. Who was sent on as often as there are
/// nodes, and never served, follows nobody's word and asks the next one.
final class Route {

    private static final long FIRST_PAUSE_MILLIS = 50;
    /// While some node answers, a primary will be there soon: to sleep through its election is to prolong it.
    private static final long ELECTION_PAUSE_MILLIS = 100;

    private final List<String> nodes;
    private final long mostMillis;
    private final Lots lots;
    private @Nullable String leader;
    private long term;
    private int cursor;
    private int redirects;
    private int silences = Integer.MAX_VALUE / 2;

    Route(SessionSettings settings, Lots lots) {
        nodes = settings.nodes();
        mostMillis = settings.backoffMillis();
        this.lots = lots;
        cursor = lots.below(nodes.size());
    }

    String next() {
        return leader == null ? nodes.get(cursor) : leader;
    }

    @Nullable
    String leader() {
        return leader;
    }

    /// This node did something that only a primary does.
    ///
    /// @return whether it was not known to be the primary
    boolean served(String node, long servedTerm) {
        redirects = 0;
        if (servedTerm < term || (servedTerm == term && node.equals(leader))) {
            return false;
        }
        boolean news = !node.equals(leader);
        term = servedTerm;
        leader = node;
        return news;
    }

    void pointedTo(String node) {
        silences = 0;
        if (++redirects > nodes.size()) {
            redirects = 0;
            leader = null;
            cursor = (cursor + 1) % nodes.size();
        } else {
            leader = node;
        }
    }

    /// This node is no help at the moment.
    void failed(String node) {
        if (node.equals(leader)) {
            leader = null;
        }
        if (node.equals(nodes.get(cursor)) || !nodes.contains(node)) {
            cursor = (cursor + 1) % nodes.size();
        }
    }

    /// How long to wait before another attempt: hardly, until every node was asked; then longer and longer, unless
    /// one of the latest attempts was answered, be it by where to go or when to come back.
    long pauseMillis(int failures) {
        int rounds = failures / (nodes.size() + 1);
        long most = silences++ < nodes.size() ? Math.min(mostMillis, ELECTION_PAUSE_MILLIS) : mostMillis;
        return rounds == 0
                ? lots.below(10)
                : lots.jitter(Math.min(most, FIRST_PAUSE_MILLIS << Math.min(rounds - 1, 10)));
    }

    /// Not before the node wants it, and not all at once then.
    long pauseMillis(int failures, long retryAfterMillis) {
        if (retryAfterMillis <= 0) {
            return pauseMillis(failures);
        }
        silences = 0;
        return retryAfterMillis + lots.below((int) Math.min(100, retryAfterMillis / 4 + 1));
    }
}
