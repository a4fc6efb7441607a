package io.covenant.web.problem;

import io.covenant.web.request.RequestId;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/// Answers what the container reports: errors of filters, and of requests that never reached a controller.
@Controller
final class ProblemErrorController implements ErrorController {

    @RequestMapping("${spring.web.error.path:${error.path:/error}}")
    ResponseEntity<ProblemDetail> report(HttpServletRequest request) {
        var document = problemFor(request).toDetail(RequestId.current());
        if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String path) {
            document.setInstance(uri(path));
        }
        return ResponseEntity.status(document.getStatus())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(document);
    }

    private static Problem problemFor(HttpServletRequest request) {
        var thrown = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        for (var cause = thrown instanceof Throwable failure ? failure : null;
                cause != null;
                cause = cause.getCause()) {
            if (cause instanceof ProblemException known) {
                return known.problem();
            }
        }
        var code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        var status = code instanceof Integer number ? HttpStatus.resolve(number) : HttpStatus.NOT_FOUND;
        return ofStatus(status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status);
    }

    /// What can be said when nothing but the status is known.
    static Problem ofStatus(HttpStatus status) {
        return switch (status) {
            case INTERNAL_SERVER_ERROR ->
                Problem.of(
                        status,
                        "internal-error",
                        "Something went wrong here. The log tells more under the request id.");
            case NOT_FOUND -> Problem.of(status, "unknown-path", "There is nothing at this path.");
            case BAD_REQUEST -> Problem.of(status, "bad-request", "This is not a well-formed HTTP request.");
            case URI_TOO_LONG, REQUEST_HEADER_FIELDS_TOO_LARGE ->
                Problem.of(status, "request-header-too-large", "The request line or the headers are too long.");
            default ->
                Problem.of(
                        status,
                        status.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        status.getReasonPhrase() + ".");
        };
    }

    private static @Nullable URI uri(String path) {
        try {
            return URI.create(path);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
