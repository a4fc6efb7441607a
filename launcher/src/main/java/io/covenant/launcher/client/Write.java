package io.covenant.launcher.client;

import io.covenant.launcher.client.Answer.Meaning;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A write that is repeated under one key until it is known what became of it.
///
/// @param path where to
/// @param body what; none for writes that need none
/// @param key its name: however often it is sent, it is done once
/// @param protocol how it is to be committed across the services, as `two-phase`; as the service is configured
///     when absent
public record Write(
        String path,
        @Nullable JsonNode body,
        String key,
        @Nullable String protocol) {

    /// A write that is committed as the service is configured.
    public Write(String path, @Nullable JsonNode body, String key) {
        this(path, body, key, null);
    }

    private static final String COMMIT_PROTOCOL = "X-Commit-Protocol";
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /// Sends it, and sends or asks again for as long as patience lasts.
    public Resolution resolve(Gateway gateway, Duration patience) throws InterruptedException {
        long began = System.nanoTime();
        long unknownSince = 0;
        Optional<Answer> answer = Optional.empty();
        Optional<URI> ask = Optional.empty();
        for (int requests = 1; ; requests++) {
            answer = ask.isPresent() ? asked(gateway, ask.get()) : sent(gateway);
            Meaning meaning = answer.map(Answer::meaning).orElse(Meaning.UNKNOWN);
            if (answer.filter(Answer::isFinal).isPresent()) {
                return new Resolution(answer, since(unknownSince), requests);
            }
            if (meaning != Meaning.NOT_NOW && unknownSince == 0) {
                unknownSince = System.nanoTime();
            }
            ask = answer.flatMap(Answer::location);
            Duration pause = pause(answer);
            if (System.nanoTime() - began + pause.toNanos() > patience.toNanos()) {
                return new Resolution(
                        answer, Optional.of(Duration.ofNanos(System.nanoTime() - unknownSince)), requests);
            }
            Thread.sleep(pause);
        }
    }

    private static Optional<Duration> since(long unknown) {
        return unknown == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(System.nanoTime() - unknown));
    }

    private Map<String, String> headers() {
        return protocol == null
                ? Map.of(Gateway.IDEMPOTENCY_KEY, key)
                : Map.of(Gateway.IDEMPOTENCY_KEY, key, COMMIT_PROTOCOL, protocol);
    }

    private Optional<Answer> sent(Gateway gateway) throws InterruptedException {
        try {
            return Optional.of(gateway.post(path, body, headers()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// What is asked for exists and tells its state; only one that is still pending leaves the question open.
    private static Optional<Answer> asked(Gateway gateway, URI location) throws InterruptedException {
        try {
            Answer answer = gateway.get(location.toString());
            boolean pending = answer.body().path("state").asString("").equals("PENDING");
            return Optional.of(
                    pending ? new Answer(202, answer.body(), Optional.of(location), answer.retryAfter()) : answer);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Duration pause(Optional<Answer> answer) {
        return answer.flatMap(Answer::retryAfter)
                .map(told -> told.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : told)
                .filter(told -> told.compareTo(PAUSE) > 0)
                .orElse(PAUSE);
    }
}
