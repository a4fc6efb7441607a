package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.List;

/// What an owner has of a name.
///
/// A hold that is lost, rather than released, stays where it is until its lock-delay is over: it keeps its
/// share of the capacity from everybody, and gives its former owner nothing.
///
/// @param units           of the name's capacity
/// @param lockDelayMillis when it is lost
/// @param lostUntilMillis 0 while it is held
/// @param requests        those that made it: the first grant and each re-entry
/// @param value           that a leader proclaims
public record Hold(
        Owner owner,
        Mode mode,
        int units,
        long token,
        long lockDelayMillis,
        long lostUntilMillis,
        List<Long> requests,
        Content value) {

    public boolean lost() {
        return lostUntilMillis != 0;
    }

    Hold again(long request) {
        var more = new ArrayList<>(requests);
        more.add(request);
        return with(more);
    }

    Hold without(long request) {
        var fewer = new ArrayList<>(requests);
        fewer.remove(request);
        return with(fewer);
    }

    /// Without the youngest of its requests.
    Hold once() {
        return with(requests.subList(0, requests.size() - 1));
    }

    Hold lostUntil(long millis) {
        return new Hold(owner, mode, units, token, lockDelayMillis, millis, requests, Content.EMPTY);
    }

    private Hold with(List<Long> others) {
        return new Hold(owner, mode, units, token, lockDelayMillis, lostUntilMillis, List.copyOf(others), value);
    }
}
