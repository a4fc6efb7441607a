package io.covenant.web.problem;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/// What went wrong with a request, for the one who sent it: the content of an RFC 9457 document.
///
/// @param status     the HTTP status
/// @param code       the rule, in kebab case, for programs; also the last part of the document's `type`
/// @param detail     one sentence for people
/// @param properties the figures of the sentence, for programs
/// @param violations the fields that broke a rule, if it is about fields
/// @param retryAfter when the same request may be sent again, if that helps
public record Problem(
        HttpStatus status,
        String code,
        String detail,
        Map<String, Object> properties,
        List<Violation> violations,
        @Nullable Duration retryAfter) {

    /// Where the types of problems live; the code follows.
    public static final String TYPES = "https://covenant.io/problems/";

    /// The most violations that one document lists.
    static final int MOST_VIOLATIONS = 50;

    public Problem {
        properties = Map.copyOf(properties);
        violations = List.copyOf(violations);
    }

    public static Problem of(HttpStatus status, String code, String detail) {
        return new Problem(status, code, detail, Map.of(), List.of(), null);
    }

    /// A bad request because of one field, header or parameter.
    public static Problem ofField(String code, String field, String rule) {
        return of(HttpStatus.BAD_REQUEST, code, "%s: %s".formatted(field, rule))
                .violating(List.of(new Violation(field, rule)));
    }

    /// The same problem with one more figure.
    public Problem with(String name, Object value) {
        var more = new LinkedHashMap<>(properties);
        more.put(name, value);
        return new Problem(status, code, detail, more, violations, retryAfter);
    }

    /// The same problem with these figures as well.
    public Problem with(Map<String, ?> figures) {
        var more = new LinkedHashMap<String, Object>(properties);
        more.putAll(figures);
        return new Problem(status, code, detail, more, violations, retryAfter);
    }

    public Problem violating(List<Violation> violations) {
        return new Problem(status, code, detail, properties, violations, retryAfter);
    }

    public Problem retryAfter(Duration retryAfter) {
        return new Problem(status, code, detail, properties, violations, retryAfter);
    }

    public ProblemException asException() {
        return new ProblemException(this);
    }

    public ProblemException causedBy(Throwable cause) {
        return new ProblemException(this, cause);
    }

    /// The document as Spring writes it.
    ///
    /// @param requestId the id under which the logs tell more
    public ProblemDetail toDetail(@Nullable String requestId) {
        var document = ProblemDetail.forStatusAndDetail(status, detail);
        document.setType(URI.create(TYPES + code));
        document.setTitle(title());
        document.setProperty("code", code);
        if (requestId != null) {
            document.setProperty("requestId", requestId);
        }
        if (!violations.isEmpty()) {
            document.setProperty(
                    "errors", violations.stream().limit(MOST_VIOLATIONS).toList());
            if (violations.size() > MOST_VIOLATIONS) {
                document.setProperty("errorsOmitted", violations.size() - MOST_VIOLATIONS);
            }
        }
        properties.forEach(document::setProperty);
        return document;
    }

    /// Whole seconds, at least one: the only unit that `Retry-After` knows.
    @Nullable
    Long retryAfterSeconds() {
        return retryAfter == null ? null : Math.max(1, (retryAfter.toMillis() + 999) / 1000);
    }

    private String title() {
        var words = code.replace('-', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
