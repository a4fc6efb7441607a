package io.covenant.gateway.edge;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Headers that only the platform says, or that make a server take a request for another one: who somebody is, where
/// from, which lock or transaction they hold, what they really meant to ask. From outside none of them passes.
///
/// Some servers read `_` as `-`, so both are the same here.
final class InternalHeaders {

    private static final Set<String> NAMES = Set.of(
            "forwarded",
            "true-client-ip",
            "cf-connecting-ip",
            "x-real-ip",
            "x-cluster-client-ip",
            "x-host",
            "x-method-override",
            "proxy",
            "remote-user");

    private static final List<String> BEGINNINGS = List.of(
            "x-forwarded-",
            "x-covenant-",
            "x-transaction",
            "x-fencing-",
            "x-lock-",
            "x-user",
            "x-authenticated-",
            "x-remote-",
            "x-client-",
            "x-ssl-",
            "x-http-method",
            "x-original-",
            "x-rewrite-");

    private InternalHeaders() {}

    static boolean has(String header) {
        var name = header.toLowerCase(Locale.ROOT).replace('_', '-');
        return NAMES.contains(name)
                || (name.startsWith("x-") && BEGINNINGS.stream().anyMatch(name::startsWith));
    }
}
