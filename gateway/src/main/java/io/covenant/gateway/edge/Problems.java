package io.covenant.gateway.edge;

import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.NotAcceptableStatusException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebInputException;

/// Turns whatever went wrong into a problem.
final class Problems {

    private Problems() {}

    static Problem of(Throwable failure) {
        return switch (failure) {
            case ProblemException known -> known.problem();
            case MethodNotAllowedException _ ->
                Problem.of(HttpStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "This path does not answer to that.");
            case NotAcceptableStatusException _ ->
                Problem.of(HttpStatus.NOT_ACCEPTABLE, "not-acceptable", "The answer does not exist in that type.");
            case ServerWebInputException _ ->
                Problem.of(HttpStatus.BAD_REQUEST, "bad-request", "This is not a well-formed request.");
            // The connection to an instance broke in the middle of an answer.
            case IOException _ ->
                Problem.of(HttpStatus.BAD_GATEWAY, "upstream-failed", "The service broke off in its answer.");
            case ResponseStatusException status ->
                ofStatus(HttpStatus.valueOf(status.getStatusCode().value()));
            default -> ofStatus(HttpStatus.INTERNAL_SERVER_ERROR);
        };
    }

    private static Problem ofStatus(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND -> Problem.of(status, "unknown-path", "There is nothing at this path.");
            case INTERNAL_SERVER_ERROR ->
                Problem.of(
                        status,
                        "internal-error",
                        "Something went wrong at the gateway. Its log tells more under the request id.");
            default -> Problem.of(status, codeOf(status), status.getReasonPhrase() + ".");
        };
    }

    private static String codeOf(HttpStatus status) {
        return status.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
