package io.covenant.gateway.balancing;

import io.covenant.balancing.Outcome;
import io.covenant.balancing.retry.Progress;
import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.upstream.HandshakeFailedException;
import io.covenant.gateway.upstream.NoConnectionException;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import org.springframework.http.HttpStatus;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;

/// Why an instance gave no answer.
enum Trouble {
    /// Nobody listens there.
    REFUSED(Progress.NOTHING_SENT, Outcome.UNREACHABLE),
    /// No way leads there, or none in time, or it is not who it should be.
    UNREACHABLE(Progress.NOTHING_SENT, Outcome.UNREACHABLE),
    /// All its connections are in use, and too many requests wait for one.
    CROWDED(Progress.NOTHING_SENT, Outcome.OVERLOADED),
    /// The connection broke, or what came was no answer: nobody knows what was done.
    BROKEN(Progress.SENT, Outcome.UNREACHABLE),
    /// No answer for so long that another is asked.
    SLOW(Progress.SENT, Outcome.TIMED_OUT);

    private final Progress progress;
    private final Outcome outcome;

    Trouble(Progress progress, Outcome outcome) {
        this.progress = progress;
        this.outcome = outcome;
    }

    static Trouble of(Throwable failure) {
        return switch (failure) {
            case ConnectTimeoutException _,
                    UnknownHostException _,
                    NoRouteToHostException _,
                    HandshakeFailedException _ -> UNREACHABLE;
            case ConnectException _ -> REFUSED;
            case NoConnectionException _, PoolAcquireTimeoutException _, PoolAcquirePendingLimitException _ -> CROWDED;
            default -> BROKEN;
        };
    }

    Progress progress() {
        return progress;
    }

    Outcome outcome() {
        return outcome;
    }

    /// What the client is told when nobody else is asked.
    Problem problem(String service) {
        return switch (this) {
            case REFUSED, UNREACHABLE -> noInstance(service);
            case CROWDED ->
                Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "too-many-requests-in-flight",
                                "Too many requests to the service '%s' are in flight; this one was not sent."
                                        .formatted(service))
                        .ofService(service)
                        .passing();
            case BROKEN ->
                Problem.of(
                                HttpStatus.BAD_GATEWAY,
                                "upstream-failed",
                                ("The service '%s' broke off without an answer. What was asked may have been done or"
                                                + " not; with an Idempotency-Key it is safe to ask again.")
                                        .formatted(service))
                        .ofService(service);
            case SLOW ->
                Problem.of(
                                HttpStatus.GATEWAY_TIMEOUT,
                                "upstream-timeout",
                                "The service '%s' did not answer in time. What was asked may have been done or not."
                                        .formatted(service))
                        .ofService(service);
        };
    }

    static Problem noInstance(String service) {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "no-instance-available",
                        "No instance of the service '%s' can be reached; nothing was sent.".formatted(service))
                .ofService(service)
                .passing();
    }
}
