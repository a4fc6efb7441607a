package io.covenant.launcher.client;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What the gateway answered to one request.
///
/// @param status the HTTP status
/// @param body as JSON; a missing node when there was none, or none that is JSON
/// @param location where to ask again
/// @param retryAfter when to ask again
public record Answer(int status, JsonNode body, Optional<URI> location, Optional<Duration> retryAfter) {

    /// What an answer says about the request, whatever the request was.
    public enum Meaning {
        /// It is done.
        DONE,
        /// It is not decided yet; ask at the location.
        PENDING,
        /// It was refused for good, and nothing has changed.
        REFUSED,
        /// This request has done nothing; the same may be sent again.
        NOT_NOW,
        /// It may have been done or not; the same request with the same key finds out.
        UNKNOWN
    }

    /// What it says.
    public Meaning meaning() {
        return switch (status) {
            case 202 -> Meaning.PENDING;
            case 425, 429, 503 -> Meaning.NOT_NOW;
            case 408 -> Meaning.UNKNOWN;
            default -> {
                if (status < 300) {
                    yield Meaning.DONE;
                }
                yield status >= 400 && status < 500 ? Meaning.REFUSED : Meaning.UNKNOWN;
            }
        };
    }

    /// Whether it settles the matter.
    public boolean isFinal() {
        return meaning() == Meaning.DONE || meaning() == Meaning.REFUSED;
    }

    /// The code of a problem document, or the status where there is none.
    public String code() {
        return body.path("code").asString("http-" + status);
    }

    /// One sentence for people: what a problem document tells.
    public String problem() {
        String detail = body.path("detail").asString(body.path("title").asString(""));
        return detail.isEmpty() ? "%s (HTTP %d)".formatted(code(), status) : "%s (%s)".formatted(detail, code());
    }
}
