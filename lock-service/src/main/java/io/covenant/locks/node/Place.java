package io.covenant.locks.node;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a node is.
///
/// @param peer host and port of its peer transport
/// @param api  base address of its HTTP API, if it has one
public record Place(String peer, @Nullable URI api) {

    private static final Pattern PEER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]{1,200}):([0-9]{1,5})");

    public Place {
        var parts = PEER.matcher(peer);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65_535) {
            throw new IllegalArgumentException("a peer is host:port, not '%s'".formatted(peer));
        }
        if (api != null && (api.getHost() == null || api.getScheme() == null || api.getQuery() != null)) {
            throw new IllegalArgumentException("%s is not a base address such as http://127.0.0.1:8401".formatted(api));
        }
    }

    InetSocketAddress socket() {
        var parts = PEER.matcher(peer);
        if (!parts.matches()) {
            throw new IllegalStateException(peer);
        }
        return new InetSocketAddress(parts.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(parts.group(2)));
    }

    /// As the log keeps it.
    public String written() {
        return api == null ? peer : peer + ',' + api;
    }

    static Optional<Place> read(String written) {
        int comma = written.indexOf(',');
        try {
            return Optional.of(
                    comma < 0
                            ? new Place(written, null)
                            : new Place(written.substring(0, comma), URI.create(written.substring(comma + 1))));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }
}
