package io.covenant.gateway.mirroring;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.http.HttpMethod;

/// Which routes are mirrored, and where to; requests of routes that are not named are sent once.
///
/// @param routes by the id of the route
@ConfigurationProperties("covenant.gateway.mirror")
record MirrorProperties(@DefaultValue Map<String, Rule> routes) {

    MirrorProperties {
        routes = Map.copyOf(routes);
    }

    /// @param service      that gets the copies; absent for the route's own
    /// @param subset       what the metadata of an instance must contain to get copies
    /// @param percent      of the requests that are copied
    /// @param methods      of the requests that are copied
    /// @param mostInFlight copies of the route on their way at once; what comes beyond is not copied
    /// @param timeout      for the whole answer to a copy
    record Rule(
            @Nullable String service,
            @DefaultValue Map<String, String> subset,
            @DefaultValue("100") double percent,
            @DefaultValue({"GET", "HEAD"}) Set<String> methods,
            @DefaultValue("32") int mostInFlight,
            @DefaultValue("2s") Duration timeout) {

        private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

        Rule {
            subset = Map.copyOf(subset);
            methods = Set.copyOf(methods);
            if (!(percent >= 0 && percent <= 100)) {
                throw new IllegalArgumentException("the percentage of a mirror is 0 to 100, not " + percent);
            }
            if (mostInFlight < 1 || timeout.toMillis() < 1) {
                throw new IllegalArgumentException("a mirror needs a copy in flight at least, and time for it");
            }
            var known = List.of(HttpMethod.values()).stream()
                    .map(HttpMethod::name)
                    .filter(each -> !each.equals("TRACE"))
                    .toList();
            if (methods.isEmpty() || !known.containsAll(methods)) {
                throw new IllegalArgumentException(
                        "the methods of a mirror are some of %s, not %s".formatted(known, methods));
            }
        }

        boolean writes() {
            return !READS.containsAll(methods);
        }
    }
}
