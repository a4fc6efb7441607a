package io.covenant.balancing;

import io.covenant.balancing.hashing.KeyHash;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one request wants of its instance. Immutable; a request that wants nothing uses [#ANY].
public final class Criteria {

    public static final Criteria ANY = new Criteria(false, 0, null, new String[0], true, false);

    /// For a request that must not be risked on an instance that is on trial: it could not be tried
    /// again.
    public static final Criteria SAFE = new Criteria(false, 0, null, new String[0], false, false);

    private final boolean keyed;
    private final long key;
    private final @Nullable String sticky;
    private final String[] tried;
    private final boolean daring;
    private final boolean desperate;

    private Criteria(
            boolean keyed, long key, @Nullable String sticky, String[] tried, boolean daring, boolean desperate) {
        this.keyed = keyed;
        this.key = key;
        this.sticky = sticky;
        this.tried = tried;
        this.daring = daring;
        this.desperate = desperate;
    }

    /// The same key goes to the same instance, if the policy hashes.
    public Criteria key(CharSequence text) {
        return key(KeyHash.of(text));
    }

    /// @param hash must be spread over all 64 bits, see [KeyHash]
    public Criteria key(long hash) {
        return new Criteria(true, hash, sticky, tried, daring, desperate);
    }

    /// This instance, whatever the policy says, as long as it is available. Who gets another one has to
    /// tell the client.
    public Criteria stickingTo(String id) {
        return new Criteria(keyed, key, id, tried, daring, desperate);
    }

    /// Not this instance: it was tried already.
    public Criteria without(String id) {
        var more = Arrays.copyOf(tried, tried.length + 1);
        more[tried.length] = id;
        return new Criteria(keyed, key, sticky, more, daring, desperate);
    }

    /// When all that are available were tried, one of the others: ejected, down, or where nobody listened last. They
    /// may be well again, and to fail there is no worse than to give up. Never one that gets no requests at all
    /// (weight 0, draining, not of the subset).
    public Criteria orWhoeverIsLeft() {
        return new Criteria(keyed, key, sticky, tried, daring, true);
    }

    /// Those that were tried.
    public List<String> tried() {
        return List.of(tried);
    }

    boolean isRetry() {
        return tried.length > 0;
    }

    boolean excludes(Member member) {
        for (var id : tried) {
            if (id.equals(member.id())) {
                return true;
            }
        }
        return false;
    }

    boolean isKeyed() {
        return keyed;
    }

    long key() {
        return key;
    }

    @Nullable
    String sticky() {
        return sticky;
    }

    boolean isDaring() {
        return daring;
    }

    boolean isDesperate() {
        return desperate;
    }
}
