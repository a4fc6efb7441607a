package io.covenant.gateway.upstream;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Headers that are about one connection and go no further: the usual ones, and those that `Connection` names.
final class HopByHop {

    private static final String CONNECTION = "connection";

    /// The value of `Connection` of almost everybody who says it.
    private static final Set<String> PLAIN = Set.of("keep-alive", "close");

    private HopByHop() {}

    /// Whether a header of this name goes no further.
    static boolean has(String name) {
        return switch (name.length()) {
            case 2 -> name.equalsIgnoreCase("te");
            case 7 -> name.equalsIgnoreCase("trailer") || name.equalsIgnoreCase("upgrade");
            case 10 -> name.equalsIgnoreCase(CONNECTION) || name.equalsIgnoreCase("keep-alive");
            case 17 -> name.equalsIgnoreCase("transfer-encoding");
            case 18 -> name.equalsIgnoreCase("proxy-authenticate");
            case 19 -> name.equalsIgnoreCase("proxy-authorization");
            case 21 -> name.equalsIgnoreCase("x-application-context");
            default -> false;
        };
    }

    /// The names, in lower case, that these values of `Connection` take along.
    static Set<String> named(List<String> connection) {
        if (connection.isEmpty()
                || (connection.size() == 1
                        && PLAIN.contains(connection.getFirst().toLowerCase(Locale.ROOT)))) {
            return Set.of();
        }
        return connection.stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Whether a header of this name goes no further, as these names say.
    static boolean has(Set<String> named, String name) {
        return has(name) || (!named.isEmpty() && named.contains(name.toLowerCase(Locale.ROOT)));
    }
}
