package io.covenant.web.problem;

import io.covenant.web.request.RequestId;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.util.DisconnectedClientHelper;

/// Answers every exception that leaves a controller with a problem document.
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
final class ProblemAdvice {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    private final List<ProblemMapping> mappings;

    ProblemAdvice(List<ProblemMapping> mappings) {
        this.mappings = mappings;
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<ProblemDetail> answer(Exception failure, HttpServletRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
            log.debug("The client has gone: {}", failure.getMessage());
            return null;
        }
        var problem = problemFor(failure);
        report(problem, failure, request);
        return respond(problem, failure instanceof ErrorResponse known ? known.getHeaders() : HttpHeaders.EMPTY);
    }

    private Problem problemFor(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException known) {
                return known.problem();
            }
        }
        var web = WebProblems.problemFor(failure);
        if (web != null) {
            return web;
        }
        for (var mapping : mappings) {
            var mapped = mapping.problemFor(failure);
            if (mapped.isPresent()) {
                return mapped.get();
            }
        }
        return Problem.of(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal-error",
                "Something went wrong here. The log tells more under the request id.");
    }

    private static void report(Problem problem, Exception failure, HttpServletRequest request) {
        if (problem.status().value() == 500) {
            log.error("{} {} failed", request.getMethod(), request.getRequestURI(), failure);
        } else if (problem.status().is5xxServerError()) {
            log.warn(
                    "{} {}: {} ({})",
                    request.getMethod(),
                    request.getRequestURI(),
                    problem.code(),
                    rootOf(failure).toString());
        } else {
            log.debug("{} {}: {} {}", request.getMethod(), request.getRequestURI(), problem.code(), problem.detail());
        }
    }

    private static Throwable rootOf(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static ResponseEntity<ProblemDetail> respond(Problem problem, HttpHeaders headers) {
        var response = ResponseEntity.status(problem.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
        var retryAfter = problem.retryAfterSeconds();
        if (retryAfter != null) {
            response.header(HttpHeaders.RETRY_AFTER, retryAfter.toString());
        }
        return response.body(problem.toDetail(RequestId.current()));
    }
}
