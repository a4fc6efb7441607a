package io.covenant.locks.client;

import io.covenant.locks.session.Answer;
import io.covenant.locks.session.Call;
import io.covenant.locks.session.Operation;
import io.covenant.locks.wire.Acquire;
import io.covenant.locks.wire.Cancel;
import io.covenant.locks.wire.Cancelled;
import io.covenant.locks.wire.FileWritten;
import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.KeepAlive;
import io.covenant.locks.wire.KeptAlive;
import io.covenant.locks.wire.LockHeaders;
import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.locks.wire.MakeDirectory;
import io.covenant.locks.wire.OpenSession;
import io.covenant.locks.wire.Queued;
import io.covenant.locks.wire.Release;
import io.covenant.locks.wire.Released;
import io.covenant.locks.wire.SessionOpened;
import io.covenant.locks.wire.SessionView;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Turns calls into HTTP requests, and what comes back into answers.
final class HttpCalls {

    private static final String SESSIONS = "/api/v1/lock-sessions";
    private static final Object NOTHING = new Object();

    static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final HttpClient http;
    private final Threads threads;
    private final Supplier<Map<String, String>> headers;

    /// @param headers of every request, credentials for instance
    HttpCalls(HttpClient http, Threads threads, Supplier<Map<String, String>> headers) {
        this.http = http;
        this.threads = threads;
        this.headers = headers;
    }

    /// Tells the answer, whatever happens, unless it is cancelled.
    ///
    /// Not by [HttpClient#sendAsync]: its futures complete in the common pool, which an application may keep
    /// busy for longer than a lease lasts.
    Future<?> send(String node, Call call, Consumer<Answer> then) {
        return threads.forCall(call).submit(() -> {
            Answer answer;
            try {
                answer = answer(call, http.send(request(node, call), BodyHandlers.ofByteArray()));
            } catch (IOException | IllegalArgumentException e) {
                answer = new Answer.Silence("%s: %s".formatted(node, e));
            } catch (InterruptedException cancelled) {
                return;
            }
            then.accept(answer);
        });
    }

    HttpClient http() {
        return http;
    }

    HttpRequest.Builder to(String node, String path) {
        var request = HttpRequest.newBuilder(URI.create(node + path));
        headers.get().forEach(request::setHeader);
        return request;
    }

    private HttpRequest request(String node, Call call) {
        return switch (call) {
            case Call.Open(var name, var ttl) -> post(node, SESSIONS, new OpenSession(name, ttl));
            case Call.KeepAlive(var session, var seq, var ack) ->
                post(node, path(session, "keep-alive"), new KeepAlive(seq, ack));
            case Call.Close(var session) -> to(node, path(session, "")).DELETE().build();
            case Call.Perform perform -> perform(node, perform);
        };
    }

    private HttpRequest perform(String node, Call.Perform call) {
        long session = call.session();
        return switch (call.operation()) {
            case Operation.Acquire acquire -> acquire(node, call, acquire);
            case Operation.Release(var strand, var names, var token) ->
                post(node, path(session, "release"), new Release(call.seq(), call.ackUpTo(), strand, names, token));
            case Operation.Cancel(var target) ->
                post(node, path(session, "cancel"), new Cancel(call.seq(), call.ackUpTo(), target));
            case Operation.Inspect _ -> to(node, path(session, "")).GET().build();
            case Operation.MakeDirectory(var path) ->
                post(node, "/api/v1/directories", new MakeDirectory(session, call.seq(), call.ackUpTo(), path));
            case Operation.PutFile(var path, var content, var expected, var ephemeral) ->
                write(node, "/api/v1/files" + encoded(path) + (ephemeral ? "?ephemeral=true" : ""), call, expected)
                        .setHeader("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(content))
                        .build();
            case Operation.DeleteFile(var path, var expected) ->
                write(node, "/api/v1/files" + encoded(path), call, expected)
                        .DELETE()
                        .build();
            case Operation.SetAcl(var path, var acl, var expected) ->
                write(node, "/api/v1/acls" + encoded(path), call, expected)
                        .setHeader("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(acl)))
                        .build();
        };
    }

    private HttpRequest acquire(String node, Call.Perform call, Operation.Acquire acquire) {
        var body = new Acquire(
                call.seq(),
                call.ackUpTo(),
                acquire.strand(),
                acquire.wants(),
                call.waitMillis(),
                acquire.lockDelayMillis() == 0 ? null : acquire.lockDelayMillis(),
                acquire.value());
        var request = json(node, path(call.session(), "acquire"), body);
        if (call.openMillis() > 0) {
            request.setHeader("Prefer", "wait=" + (call.openMillis() + 999) / 1000);
        }
        return request.build();
    }

    private HttpRequest.Builder write(String node, String path, Call.Perform call, long expected) {
        var request = to(node, path)
                .setHeader(LockHeaders.SESSION, Long.toString(call.session()))
                .setHeader(LockHeaders.SEQ, Long.toString(call.seq()))
                .setHeader(LockHeaders.ACK_UP_TO, Long.toString(call.ackUpTo()));
        if (expected == Operation.ABSENT) {
            request.setHeader("If-None-Match", "*");
        } else if (expected != Operation.ANY) {
            request.setHeader("If-Match", "\"" + expected + "\"");
        }
        return request;
    }

    private HttpRequest post(String node, String path, Object body) {
        return json(node, path, body).build();
    }

    HttpRequest.Builder json(String node, String path, Object body) {
        return to(node, path)
                .setHeader("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    }

    private static String path(long session, String rest) {
        return SESSIONS + "/" + session + (rest.isEmpty() ? "" : "/" + rest);
    }

    /// Percent-encodes what a path may not hold, and leaves its slashes.
    static String encoded(String path) {
        var encoded = new StringBuilder(path.length() + 8);
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~/".indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return encoded.toString();
    }

    private static Answer answer(Call call, HttpResponse<byte[]> response) {
        int status = response.statusCode();
        long term = response.headers().firstValueAsLong(LockHeaders.TERM).orElse(0);
        try {
            if (status == 202) {
                return new Answer.Waits(term, JSON.readValue(response.body(), Queued.class));
            }
            if (status / 100 == 2) {
                var type = typeOf(call);
                return new Answer.Done(
                        term, type == null || status == 204 ? NOTHING : JSON.readValue(response.body(), type));
            }
        } catch (JacksonException malformed) {
            return new Answer.Silence(
                    "%s answered what is no answer: %s".formatted(response.uri(), malformed.getOriginalMessage()));
        }
        return problem(response, term);
    }

    private static @Nullable Class<?> typeOf(Call call) {
        return switch (call) {
            case Call.Open _ -> SessionOpened.class;
            case Call.KeepAlive _ -> KeptAlive.class;
            case Call.Close _ -> null;
            case Call.Perform perform ->
                switch (perform.operation()) {
                    case Operation.Acquire _ -> Granted.class;
                    case Operation.Release _ -> Released.class;
                    case Operation.Cancel _ -> Cancelled.class;
                    case Operation.Inspect _ -> SessionView.class;
                    case Operation.PutFile _ -> FileWritten.class;
                    case Operation.DeleteFile _, Operation.MakeDirectory _, Operation.SetAcl _ -> null;
                };
        };
    }

    private static Answer problem(HttpResponse<byte[]> response, long term) {
        int status = response.statusCode();
        var problem = problemOf(response);
        return switch (status) {
            case 301, 302, 303, 307, 308 -> redirected(response);
            case 410 -> new Answer.SessionGone(term);
            case 408, 425, 429, 500, 502, 503, 504 -> {
                boolean busy = status == 429 || status == 425 || problem.is(LockProblemCode.OVERLOADED);
                yield new Answer.Unavailable(
                        retryAfterMillis(response, problem),
                        problem.leader(),
                        busy,
                        "%s: %d %s".formatted(response.uri().getAuthority(), status, problem.code()));
            }
            default -> new Answer.Refused(term, problem);
        };
    }

    static Answer redirected(HttpResponse<?> response) {
        var leader = leaderOf(response);
        return leader == null
                ? new Answer.Unavailable(0, null, false, response.uri().getAuthority() + " redirects nowhere")
                : new Answer.Redirected(leader);
    }

    static @Nullable String leaderOf(HttpResponse<?> response) {
        var leader = response.headers()
                .firstValue(LockHeaders.LEADER)
                .or(() -> response.headers().firstValue("Location"))
                .orElse("");
        try {
            var uri = URI.create(leader);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return http && uri.getAuthority() != null ? uri.getScheme() + "://" + uri.getAuthority() : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    static LockProblem problemOf(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        try {
            if (response.body().length > 0) {
                var read = JSON.readValue(response.body(), LockProblem.class);
                if (read != null && read.code() != null) {
                    return read;
                }
            }
        } catch (JacksonException notJson) {
            return LockProblem.of(status, "http-" + status, "not a problem document");
        }
        return LockProblem.of(status, "http-" + status, "without an explanation");
    }

    private static long retryAfterMillis(HttpResponse<?> response, LockProblem problem) {
        var millis = problem.retryAfterMillis();
        if (millis != null) {
            return Math.clamp(millis, 0, 60_000);
        }
        return response.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("[0-9]{1,4}"))
                .map(seconds -> 1000 * Long.parseLong(seconds))
                .orElse(0L);
    }
}
