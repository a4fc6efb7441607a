package io.covenant.locks.web;

import io.covenant.locks.wire.LockHeaders;
import io.covenant.web.problem.Problem;
import io.covenant.web.request.RequestId;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Duration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/// Sends requests on to the primary: 307 where it is known, 503 `no-leader` where it is not.
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ElsewhereAdvice {

    private static final Duration ELECTION_MAY_TAKE = Duration.ofSeconds(1);

    @ExceptionHandler
    ResponseEntity<?> elsewhere(ElsewhereException elsewhere, HttpServletRequest request) {
        var leader = elsewhere.leader();
        if (leader == null) {
            return noLeader();
        }
        var base = leader.toString();
        return ResponseEntity.status(HttpStatus.TEMPORARY_REDIRECT)
                .location(URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                        + request.getRequestURI()
                        + (request.getQueryString() == null ? "" : "?" + request.getQueryString())))
                .header(LockHeaders.LEADER, base)
                .build();
    }

    private static ResponseEntity<?> noLeader() {
        var problem = Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "no-leader",
                        "No node leads at the moment, or none is known here; nothing was done. Ask again, here or elsewhere.")
                .with("retryAfterMillis", 50L);
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, String.valueOf(ELECTION_MAY_TAKE.toSeconds()))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem.toDetail(RequestId.current()));
    }
}
