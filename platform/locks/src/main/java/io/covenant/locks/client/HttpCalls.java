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
import io.covenant.locks.wire.KeepAlives;
import io.covenant.locks.wire.KeptAlive;
import io.covenant.locks.wire.KeptAlives;
import io.covenant.locks.wire.LockAnswers;
import io.covenant.locks.wire.LockHeaders;
import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.locks.wire.LockRequests;
import io.covenant.locks.wire.MakeDirectory;
import io.covenant.locks.wire.OpenSession;
import io.covenant.locks.wire.Queued;
import io.covenant.locks.wire.Release;
import io.covenant.locks.wire.Released;
import io.covenant.locks.wire.SessionOpened;
import io.covenant.locks.wire.SessionView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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

    private final Supplier<HttpClient> http;
    private final Threads threads;
    private final Post post;
    private final Supplier<Map<String, String>> headers;

    /// @param post    of calls with many requests
    /// @param headers of every other request, credentials for instance
    HttpCalls(Supplier<HttpClient> http, Threads threads, Post post, Supplier<Map<String, String>> headers) {
        this.http = http;
        this.threads = threads;
        this.post = post;
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
                answer = answer(call, Reply.of(http().send(request(node, call), BodyHandlers.ofByteArray())));
            } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
                answer = new Answer.Silence("%s: %s".formatted(node, e));
            } catch (InterruptedException cancelled) {
                return;
            }
            then.accept(answer);
        });
    }

    /// The answers to these, asked in one call; as many as there are calls.
    List<Answer> together(String node, List<Call.Perform> calls) {
        var requests = new LockRequests(calls.stream().map(HttpCalls::request).toList());
        return exchange(
                node,
                "/api/v1/lock-requests",
                requests,
                calls.size(),
                (term, body) -> JSON.readValue(body, LockAnswers.class).answers().stream()
                        .map(one -> answer(node, term, one))
                        .toList());
    }

    /// The answers to these keep-alives, asked in one call; as many as there are calls.
    List<Answer> keepAlive(String node, List<Call.KeepAlive> calls) {
        var keepAlives = new KeepAlives(calls.stream()
                .map(call -> new KeepAlives.One(call.session(), call.seq(), call.ackUpTo()))
                .toList());
        return exchange(
                node,
                "/api/v1/lock-keep-alives",
                keepAlives,
                calls.size(),
                (term, body) -> JSON.readValue(body, KeptAlives.class).answers().stream()
                        .map(one -> answer(node, term, one))
                        .toList());
    }

    /// Finds the answers in a body.
    @FunctionalInterface
    private interface Reader {
        List<Answer> read(long term, byte[] body);
    }

    private List<Answer> exchange(String node, String path, Object asked, int calls, Reader reader) {
        try {
            var reply = post.post(node, path, JSON.writeValueAsBytes(asked));
            long term = term(reply);
            if (reply.status() != 200) {
                return Collections.nCopies(calls, problem(reply, term));
            }
            var answers = reader.read(term, reply.body());
            return answers.size() == calls
                    ? answers
                    : silence(calls, "%s answered %d of %d calls".formatted(node, answers.size(), calls));
        } catch (IOException | UncheckedIOException | IllegalArgumentException | JacksonException e) {
            return silence(calls, "%s: %s".formatted(node, e));
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            return silence(calls, "the client is closed");
        }
    }

    private static Answer answer(String node, long term, KeptAlives.One one) {
        var kept = one.kept();
        return kept != null
                ? new Answer.Done(term, kept)
                : problem(node, one.status(), term, known(one.status(), one.problem()), 0);
    }

    private static LockProblem known(int status, @Nullable LockProblem problem) {
        return problem == null ? LockProblem.of(status, "http-" + status, "without an explanation") : problem;
    }

    private static List<Answer> silence(int calls, String why) {
        return Collections.nCopies(calls, new Answer.Silence(why));
    }

    private static LockRequests.One request(Call.Perform call) {
        long session = call.session();
        return switch (call.operation()) {
            case Operation.Acquire acquire -> new LockRequests.One(session, body(call, acquire), null, null);
            case Operation.Release release -> new LockRequests.One(session, null, body(call, release), null);
            case Operation.Cancel cancel -> new LockRequests.One(session, null, null, body(call, cancel));
            default -> throw new IllegalArgumentException("does not travel with others: " + call);
        };
    }

    private static Answer answer(String node, long term, LockAnswers.One one) {
        if (one.status() == 202 && one.queued() != null) {
            return new Answer.Waits(term, one.queued());
        }
        if (one.status() / 100 == 2) {
            Object body =
                    one.granted() != null ? one.granted() : one.released() != null ? one.released() : one.cancelled();
            return body == null
                    ? new Answer.Silence(node + " answered what is no answer")
                    : new Answer.Done(term, body);
        }
        return problem(node, one.status(), term, known(one.status(), one.problem()), 0);
    }

    HttpClient http() {
        return http.get();
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
            case Operation.Release release -> post(node, path(session, "release"), body(call, release));
            case Operation.Cancel cancel -> post(node, path(session, "cancel"), body(call, cancel));
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

    private static Acquire body(Call.Perform call, Operation.Acquire acquire) {
        return new Acquire(
                call.seq(),
                call.ackUpTo(),
                acquire.strand(),
                acquire.wants(),
                call.waitMillis(),
                acquire.lockDelayMillis() == 0 ? null : acquire.lockDelayMillis(),
                acquire.value());
    }

    private static Release body(Call.Perform call, Operation.Release release) {
        return new Release(call.seq(), call.ackUpTo(), release.strand(), release.names(), release.token());
    }

    private static Cancel body(Call.Perform call, Operation.Cancel cancel) {
        return new Cancel(call.seq(), call.ackUpTo(), cancel.requestSeq());
    }

    private HttpRequest acquire(String node, Call.Perform call, Operation.Acquire acquire) {
        var request = json(node, path(call.session(), "acquire"), body(call, acquire));
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

    private static Answer answer(Call call, Reply reply) {
        int status = reply.status();
        long term = term(reply);
        try {
            if (status == 202) {
                return new Answer.Waits(term, JSON.readValue(reply.body(), Queued.class));
            }
            if (status / 100 == 2) {
                var type = typeOf(call);
                return new Answer.Done(
                        term, type == null || status == 204 ? NOTHING : JSON.readValue(reply.body(), type));
            }
        } catch (JacksonException malformed) {
            return new Answer.Silence(
                    "%s answered what is no answer: %s".formatted(reply.from(), malformed.getOriginalMessage()));
        }
        return problem(reply, term);
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

    private static long term(Reply reply) {
        return reply.header(LockHeaders.TERM)
                .filter(term -> term.matches("[0-9]{1,18}"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    private static Answer problem(Reply reply, long term) {
        return switch (reply.status()) {
            case 301, 302, 303, 307, 308 -> redirected(reply);
            default -> problem(reply.from(), reply.status(), term, problemOf(reply), retryAfterSeconds(reply));
        };
    }

    /// @param retryAfterSeconds where the problem does not say how many milliseconds
    private static Answer problem(String from, int status, long term, LockProblem problem, long retryAfterSeconds) {
        return switch (status) {
            case 410 -> new Answer.SessionGone(term);
            case 408, 425, 429, 500, 502, 503, 504 -> {
                boolean busy = status == 429 || status == 425 || problem.is(LockProblemCode.OVERLOADED);
                yield new Answer.Unavailable(
                        retryAfterMillis(problem, retryAfterSeconds),
                        problem.leader(),
                        busy,
                        "%s: %d %s".formatted(from, status, problem.code()));
            }
            default -> new Answer.Refused(term, problem);
        };
    }

    private static Answer redirected(Reply reply) {
        var leader = leaderOf(reply.headers());
        return leader == null
                ? new Answer.Unavailable(0, null, false, reply.from() + " redirects nowhere")
                : new Answer.Redirected(leader);
    }

    static @Nullable String leaderOf(HttpResponse<?> response) {
        return leaderOf(Reply.headers(response));
    }

    static @Nullable String leaderOf(Map<String, String> headers) {
        var given = headers.get(LockHeaders.LEADER.toLowerCase(Locale.ROOT));
        var leader = given == null ? headers.getOrDefault("location", "") : given;
        try {
            var uri = URI.create(leader);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return http && uri.getAuthority() != null ? uri.getScheme() + "://" + uri.getAuthority() : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    static LockProblem problemOf(HttpResponse<byte[]> response) {
        return problemOf(Reply.of(response));
    }

    private static LockProblem problemOf(Reply reply) {
        int status = reply.status();
        try {
            if (reply.body().length > 0) {
                var read = JSON.readValue(reply.body(), LockProblem.class);
                if (read != null && read.code() != null) {
                    return read;
                }
            }
        } catch (JacksonException notJson) {
            return LockProblem.of(status, "http-" + status, "not a problem document");
        }
        return LockProblem.of(status, "http-" + status, "without an explanation");
    }

    private static long retryAfterMillis(LockProblem problem, long retryAfterSeconds) {
        var millis = problem.retryAfterMillis();
        return millis != null ? Math.clamp(millis, 0, 60_000) : 1_000 * retryAfterSeconds;
    }

    private static long retryAfterSeconds(Reply reply) {
        return reply.header("Retry-After")
                .filter(value -> value.matches("[0-9]{1,4}"))
                .map(Long::parseLong)
                .orElse(0L);
    }
}
