package io.covenant.web.services;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is known after a call: it was answered, it certainly did not happen, or nobody knows.
public sealed interface ServiceAnswer {

    /// The answer, or the exception that ends a request with 503 or 504 if there is none.
    Answered orThrow();

    /// An instance answered, whatever it said.
    ///
    /// @param instance who
    /// @param status   the HTTP status
    /// @param headers  the headers, with names in lower case
    /// @param body     the body, perhaps empty
    record Answered(URI instance, int status, Map<String, String> headers, AnswerBody body) implements ServiceAnswer {

        public Answered {
            headers = Map.copyOf(headers);
        }

        /// Whether the status is one of the 2xx.
        public boolean successful() {
            return status >= 200 && status < 300;
        }

        /// Whether the status is one of the 4xx.
        public boolean refused() {
            return status >= 400 && status < 500;
        }

        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(java.util.Locale.ROOT)));
        }

        @Override
        public Answered orThrow() {
            return this;
        }
    }

    /// Not one byte of the request left: nothing happened, and it may be sent again by anybody.
    ///
    /// @param service  whom it was for
    /// @param attempts which instances were tried, and what each said
    record NotSent(String service, List<Attempt> attempts) implements ServiceAnswer {

        public NotSent {
            attempts = List.copyOf(attempts);
        }

        public String reason() {
            return attempts.isEmpty() ? "no instance is known" : attempts.toString();
        }

        @Override
        public Answered orThrow() {
            throw new ServiceUnavailableException(this);
        }
    }

    /// It was sent, at least in part, and no whole answer came: it may have happened or not.
    ///
    /// @param service  whom it was for
    /// @param attempts which instances were tried, and why each gave no answer
    record Unanswered(String service, List<Attempt> attempts) implements ServiceAnswer {

        public Unanswered {
            attempts = List.copyOf(attempts);
        }

        public String reason() {
            return attempts.toString();
        }

        @Override
        public Answered orThrow() {
            throw new ServiceUnansweredException(this);
        }
    }

    /// One instance that was tried and did not answer.
    record Attempt(URI instance, String reason) {

        @Override
        public String toString() {
            return instance + ": " + reason;
        }
    }
}
