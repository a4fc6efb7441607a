package io.covenant.locks.web;

import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Token;
import io.covenant.locks.node.EventStream;
import io.covenant.locks.wire.LockEvent;
import io.covenant.web.problem.Problem;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/// Server-sent events, written by the request's own thread. A reader who does not keep up is cut off: by his
/// stream when it is full, by the server when nothing could be written for a while.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "Streams")
final class StreamController {

    private static final Logger LOG = LoggerFactory.getLogger(StreamController.class);
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final Door door;
    private final JsonMapper mapper;

    StreamController(Door door, JsonMapper mapper) {
        this.door = door;
        this.mapper = mapper;
    }

    @GetMapping(path = "/lock-sessions/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(summary = "Tells what happens to a session", description = """
                    Resumes after `Last-Event-ID`. The stream proves no life: only keep-alives do. With `terse=true` it
                    leaves out grants and releases, which the session hears as the answers to its requests.
                    """)
    void ofSession(
            @PathVariable long id,
            @RequestParam(defaultValue = "false") boolean terse,
            @RequestHeader(name = LAST_EVENT_ID, required = false) @Nullable String last,
            HttpServletResponse response)
            throws IOException {
        long after = after(last, "");
        boolean known = door.read(
                false, null, response, namespace -> namespace.session(id).isPresent());
        if (!known) {
            throw Refusals.sessionExpired(id).asException();
        }
        tell(door.node().eventsOf(id, terse, after), Wire::ofSession, response);
    }

    @GetMapping(path = "/watch", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(summary = "Tells what happens to names with a prefix", description = """
                    Grants, releases and changes of files that the caller may read, or in whose directory. Resumes after `Last-Event-ID`, or `fromIndex`. With
                    `stale=true` a backup tells as well, a little later.
                    """)
    void ofPrefix(
            @RequestParam(defaultValue = "") String prefix,
            @RequestParam(defaultValue = "") String fromIndex,
            @RequestParam(defaultValue = "false") boolean stale,
            @RequestHeader(name = LAST_EVENT_ID, required = false) @Nullable String last,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        long after = after(last, fromIndex);
        Wire.prefix(prefix);
        if (!stale) {
            door.read(false, null, response, namespace -> namespace.index());
        }
        tell(door.node().eventsUnder(prefix, Door.principal(request), after), Wire::ofName, response);
    }

    /// An id has its epoch in it, an index is one of now.
    private long after(@Nullable String last, String fromIndex) {
        if (last != null && !last.isBlank()) {
            return number(last, LAST_EVENT_ID, "must be the id of an event", Long.MAX_VALUE);
        }
        return fromIndex.isBlank()
                ? -1
                : Token.of(door.node().epoch(), number(fromIndex, "fromIndex", "must be a log index", Token.MAX_INDEX));
    }

    private static long number(String given, String field, String rule, long most) {
        try {
            long number = Math.max(0, Long.parseLong(given.strip()));
            if (number <= most) {
                return number;
            }
        } catch (NumberFormatException unreadable) {
            LOG.debug("no number: {}", given);
        }
        throw Problem.ofField("validation-failed", field, rule).asException();
    }

    private void tell(
            Optional<EventStream> opened, Function<Event, @Nullable LockEvent> told, HttpServletResponse response)
            throws IOException {
        var stream = opened.orElseThrow(() -> Problem.of(
                        HttpStatus.TOO_MANY_REQUESTS, "too-many-streams", "As many streams are open here as may be.")
                .with("retryAfterMillis", 1_000L)
                .retryAfter(Duration.ofSeconds(1))
                .asException());
        try (stream) {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8.name());
            response.setHeader("Cache-Control", "no-cache");
            response.setHeader("X-Accel-Buffering", "no");
            write(stream, told, response);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } catch (IOException gone) {
            LOG.debug("a reader has gone: {}", gone.getMessage());
        }
    }

    private void write(EventStream stream, Function<Event, @Nullable LockEvent> told, HttpServletResponse response)
            throws IOException, InterruptedException {
        var out = response.getOutputStream();
        out.write(": hello\n\n".getBytes(StandardCharsets.UTF_8));
        response.flushBuffer();
        while (!stream.isClosed()) {
            var items = stream.take(SILENCE);
            var text = new StringBuilder();
            for (var item : items) {
                write(text, item, told);
            }
            if (items.isEmpty() && !stream.isClosed()) {
                text.append(": \n\n");
            }
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            response.flushBuffer();
        }
        if (stream.isOverflowed()) {
            LOG.info("a reader was cut off, since it did not keep up with its stream");
        }
    }

    private void write(StringBuilder text, EventStream.Item item, Function<Event, @Nullable LockEvent> told) {
        switch (item) {
            case EventStream.Item.Begun(var place) ->
                text.append("id: ").append(place).append("\n\n");
            case EventStream.Item.Happened(var event, var place, var last) -> {
                var content = told.apply(event);
                if (content != null) {
                    write(text, last ? place : 0, content);
                }
            }
            case EventStream.Item.Leader(var api) ->
                write(text, 0, new LockEvent.Leader(api == null ? null : api.toString()));
            case EventStream.Item.Compacted(var place) ->
                write(text, place, new LockEvent.Compacted(Token.index(place)));
        }
    }

    private void write(StringBuilder text, long id, LockEvent event) {
        if (id > 0) {
            text.append("id: ").append(id).append('\n');
        }
        text.append("event: ")
                .append(event.event())
                .append("\ndata: ")
                .append(mapper.writeValueAsString(event))
                .append("\n\n");
    }
}
