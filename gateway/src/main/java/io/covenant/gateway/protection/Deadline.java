package io.covenant.gateway.protection;

import io.covenant.gateway.edge.LoopTimers;
import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.ProblemException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// When the whole answer must be there, to its last byte; of a stream, its head.
///
/// A client may ask for less time than the gateway gives, by the header [#HEADER]; services are told in the same
/// header how much is left when they are asked.
///
/// @param nanos   on the monotonic clock
/// @param allowed how long the request may take in all
/// @param wished  whether the client asked for less than the gateway would have given
public record Deadline(long nanos, Duration allowed, boolean wished) {

    /// Milliseconds.
    public static final String HEADER = "X-Deadline-Millis";

    private static final String ATTRIBUTE = Deadline.class.getName();

    /// Gives this request its deadline, and what waits for it.
    static TimeLimit give(ServerWebExchange exchange, Duration most, long now) {
        var wish = wish(exchange.getRequest().getHeaders().getFirst(HEADER));
        var allowed = wish != null && wish.compareTo(most) < 0 ? wish : most;
        boolean wished = !allowed.equals(most);
        var limit = new TimeLimit(new Deadline(now + allowed.toNanos(), allowed, wished), LoopTimers.of(exchange));
        exchange.getAttributes().put(ATTRIBUTE, limit);
        return limit;
    }

    /// The deadline of this request.
    public static Deadline of(ServerWebExchange exchange) {
        return limit(exchange).deadline();
    }

    private static TimeLimit limit(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(ATTRIBUTE);
    }

    /// The deadline was for the head of the answer; from here on the request may take until this completes.
    public static void outlive(ServerWebExchange exchange, Mono<Void> over) {
        limit(exchange).outlive(over);
    }

    /// Nothing below zero.
    public Duration left(long now) {
        return Duration.ofNanos(Math.max(0, nanos - now));
    }

    private static @Nullable Duration wish(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            long millis = Long.parseLong(text.strip());
            if (millis > 0) {
                return Duration.ofMillis(Math.min(millis, Integer.MAX_VALUE));
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw malformed();
    }

    private static ProblemException malformed() {
        return Problem.of(
                        HttpStatus.BAD_REQUEST,
                        "bad-deadline",
                        HEADER + " is a whole number of milliseconds above 0, or it is not there.")
                .asException();
    }
}
