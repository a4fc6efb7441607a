package io.covenant.locks.client;

import io.covenant.locks.wire.LockProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Questions that change nothing: asked of one node after the other until one answers.
final class Reads {

    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long MOST_PAUSE_MILLIS = 500;

    /// Nodes that have left their group may name each other.
    private static final int MOST_REDIRECTS = 4;

    private final HttpCalls http;
    private final List<String> nodes;
    private final Supplier<String> first;
    private final Duration attempt;
    private final Duration patience;

    Reads(HttpCalls http, List<String> nodes, Supplier<String> first, Duration attempt, Duration patience) {
        this.http = http;
        this.nodes = nodes;
        this.first = first;
        this.attempt = attempt;
        this.patience = patience;
    }

    /// The answer, of 200 or of a rule that says no.
    ///
    /// @throws LockServiceUnavailableException when no node answers in time
    HttpResponse<byte[]> ask(Function<String, HttpRequest.Builder> question) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        String node = first.get();
        String why = "no answer";
        for (int attempts = 0; ; attempts++) {
            @Nullable String elsewhere = null;
            try {
                var response =
                        http.http().send(question.apply(node).timeout(attempt).build(), BodyHandlers.ofByteArray());
                int status = response.statusCode();
                if (status / 100 == 3 && status != 304) {
                    elsewhere = HttpCalls.leaderOf(response);
                    why = node + " redirects";
                } else if (status < 500 && status != 429 && status != 408) {
                    return response;
                } else {
                    why = "%s: %d %s"
                            .formatted(
                                    node, status, HttpCalls.problemOf(response).code());
                }
            } catch (IOException | UncheckedIOException e) {
                why = node + ": " + e;
            }
            if (System.nanoTime() - until > 0) {
                throw new LockServiceUnavailableException("no node answered within %s; %s".formatted(patience, why));
            }
            if (elsewhere == null || attempts > 2) {
                TimeUnit.MILLISECONDS.sleep(Math.min(MOST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempts, 5)));
            }
            boolean astray = attempts % MOST_REDIRECTS == MOST_REDIRECTS - 1;
            node = elsewhere == null || astray ? nodes.get(attempts % nodes.size()) : elsewhere;
        }
    }

    /// The answer as a record.
    ///
    /// @throws LockRefusedException when a rule says no
    <T> T read(Class<T> type, Function<String, HttpRequest.Builder> question) throws InterruptedException {
        var response = ask(question);
        if (response.statusCode() / 100 != 2) {
            throw refused(response);
        }
        return HttpCalls.JSON.readValue(response.body(), type);
    }

    static LockRefusedException refused(HttpResponse<byte[]> response) {
        LockProblem problem = HttpCalls.problemOf(response);
        return new LockRefusedException(response.uri().getPath(), problem);
    }

    HttpCalls http() {
        return http;
    }
}
