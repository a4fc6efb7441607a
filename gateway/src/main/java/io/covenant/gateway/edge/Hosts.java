package io.covenant.gateway.edge;

import java.util.regex.Pattern;

/// Hosts as a request may name them: a name or an address, and perhaps a port.
final class Hosts {

    private static final String HOST = "(?:[A-Za-z0-9._~-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?";

    private static final Pattern ONE = Pattern.compile(HOST);

    private static final Pattern ABSOLUTE = Pattern.compile("(?i:https?)://" + HOST + "(?:[/?].*)?");

    private Hosts() {}

    static boolean isOne(String host) {
        return ONE.matcher(host).matches();
    }

    /// Whether a request line may ask for this: a path, or a host and a path.
    static boolean isTarget(String target) {
        return target.indexOf('#') < 0
                && (target.startsWith("/") || ABSOLUTE.matcher(target).matches());
    }
}
