package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/// What an owner has of a name.
///
/// A hold that is lost, rather than released, stays where it is until its lock-delay is over: it keeps its
/// share of the capacity from everybody, and gives its former owner nothing.
///
/// @param units           of the name's capacity
/// @param lockDelayMillis when it is lost
/// @param lostUntilMillis 0 while it is held
/// @param requests        those that made it, the first grant and each re-entry; one that no cancel can name any more
///                        may be missing, and a release less is counted then
/// @param released        how many of these were given back: a release does not say which, and the cancel of one of
///                        them may still be under way
/// @param value           that a leader proclaims
public record Hold(
        Owner owner,
        Mode mode,
        int units,
        long token,
        long lockDelayMillis,
        long lostUntilMillis,
        List<Long> requests,
        int released,
        Content value) {

    public boolean lost() {
        return lostUntilMillis != 0;
    }

    /// How often its owner has entered it and not left.
    public int count() {
        return requests.size() - released;
    }

    /// @param cancellable whether a cancel may still name a request
    Hold again(long request, LongPredicate cancellable) {
        var settled = settled(requests, released, cancellable);
        var more = new ArrayList<>(settled.requests);
        more.add(request);
        return with(more, settled.released);
    }

    Hold without(long request) {
        var fewer = new ArrayList<>(requests);
        fewer.remove(request);
        return with(fewer, released);
    }

    /// With a release more.
    Hold once(LongPredicate cancellable) {
        return settled(requests, released + 1, cancellable);
    }

    /// Strikes requests that no cancel can name off against releases.
    private Hold settled(List<Long> all, int given, LongPredicate cancellable) {
        if (given == 0) {
            return this;
        }
        var kept = new ArrayList<Long>(all.size());
        int open = given;
        for (long request : all) {
            if (open > 0 && !cancellable.test(request)) {
                open--;
            } else {
                kept.add(request);
            }
        }
        return with(kept, open);
    }

    Hold lostUntil(long millis) {
        return new Hold(owner, mode, units, token, lockDelayMillis, millis, requests, released, Content.EMPTY);
    }

    private Hold with(List<Long> others, int given) {
        return new Hold(owner, mode, units, token, lockDelayMillis, lostUntilMillis, List.copyOf(others), given, value);
    }
}
