package io.covenant.locks.web;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Sequencer;
import io.covenant.locks.wire.Acquire;
import io.covenant.locks.wire.Cancel;
import io.covenant.locks.wire.Cancelled;
import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.KeepAlive;
import io.covenant.locks.wire.KeptAlive;
import io.covenant.locks.wire.OpenSession;
import io.covenant.locks.wire.Queued;
import io.covenant.locks.wire.Release;
import io.covenant.locks.wire.Released;
import io.covenant.locks.wire.SessionOpened;
import io.covenant.locks.wire.SessionView;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

@RestController
@RequestMapping("/api/v1/lock-sessions")
@Tag(name = "Sessions")
final class SessionController {

    private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait=([0-9]{1,6})(?:$|[,;\\s])");
    private static final long LONGEST_WAIT_SECONDS = 30;

    /// Of a lease, how many keep-alives are sent: two may be lost.
    private static final int KEEP_ALIVES = 3;

    private final Door door;
    private final JsonMapper mapper;

    SessionController(Door door, JsonMapper mapper) {
        this.door = door;
        this.mapper = mapper;
    }

    /// With its length, in one piece: most of what is asked is answered here.
    private ResponseEntity<byte[]> ok(Object answer) {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(mapper.writeValueAsBytes(answer));
    }

    @PostMapping
    @Operation(summary = "Opens a session", description = "Its lease counts from the answer; keep it alive.")
    ResponseEntity<SessionOpened> open(
            @RequestBody OpenSession open, HttpServletRequest request, HttpServletResponse response) {
        var name = open.name() == null ? "" : Wire.name(open.name(), "name");
        var reply = door.ask(new Command.OpenSession(name, Door.principal(request), open.ttlMillis()), response);
        if (reply instanceof Reply.SessionOpened(var session, var ttlMillis)) {
            return ResponseEntity.created(URI.create("/api/v1/lock-sessions/" + session))
                    .body(new SessionOpened(session, ttlMillis, door.node().epoch(), ttlMillis / KEEP_ALIVES));
        }
        throw door.refusal(reply);
    }

    @GetMapping("/{id}")
    @Operation(summary = "Shows what a session holds and waits for")
    SessionView show(@PathVariable long id, HttpServletResponse response) {
        var view = door.read(false, null, response, namespace -> view(id, namespace));
        return view.orElseThrow(() -> Refusals.sessionExpired(id).asException());
    }

    /// On the thread that applies entries.
    private Optional<SessionView> view(long id, Namespace namespace) {
        return namespace.session(id).map(session -> {
            var held = new ArrayList<SessionView.Held>();
            for (var name : namespace.heldBy(id)) {
                namespace
                        .lock(name)
                        .ifPresent(lock -> lock.holds().stream()
                                .filter(hold -> !hold.lost() && hold.owner().session() == id)
                                .forEach(hold -> held.add(new SessionView.Held(
                                        name,
                                        Wire.mode(hold.mode()),
                                        hold.owner().strand(),
                                        hold.token(),
                                        new Sequencer(name, hold.mode(), hold.token()).toString(),
                                        hold.count(),
                                        hold.requests()))));
            }
            var waiting = new ArrayList<SessionView.Waiting>();
            for (var entry : session.requests().entries()) {
                if (entry.reply() instanceof Reply.Waiting(var ticket, var _)) {
                    namespace
                            .waiter(ticket)
                            .ifPresent(waiter -> waiting.add(new SessionView.Waiting(
                                    waiter.seq(),
                                    waiter.owner().strand(),
                                    ticket,
                                    waiter.wants().stream().map(Wire::want).toList())));
                }
            }
            return new SessionView(
                    id,
                    session.name(),
                    session.ttlMillis(),
                    door.node().remainingMillis(id).orElse(0),
                    held,
                    waiting);
        });
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Closes a session", description = "What it holds passes on at once.")
    void close(@PathVariable long id, HttpServletResponse response) {
        var reply = door.ask(new Command.CloseSession(id), response);
        if (!(reply instanceof Reply.Done)) {
            throw door.refusal(reply);
        }
    }

    @PostMapping("/{id}/keep-alive")
    @Operation(
            summary = "Renews the lease",
            description = "Answered once a majority has confirmed that this node leads, after the request came.")
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = KeptAlive.class)))
    ResponseEntity<byte[]> keepAlive(@PathVariable long id, @RequestBody KeepAlive keepAlive) {
        return ok(new KeptAlive(door.renew(id, keepAlive.ackUpTo()), keepAlive.seq()));
    }

    @PostMapping("/{id}/acquire")
    @Operation(summary = "Acquires names, all or none", description = """
                    200 when they are held; 202 when the request is queued: its events, or the same request again,
                    tell the end. `Prefer: wait=SECONDS` keeps the request open for so long.
                    """)
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Granted.class)))
    @ApiResponse(responseCode = "202", content = @Content(schema = @Schema(implementation = Queued.class)))
    ResponseEntity<?> acquire(
            @PathVariable long id,
            @RequestBody Acquire acquire,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer,
            HttpServletResponse response) {
        var command = Wire.acquire(id, acquire);
        var patience = command.waitMillis() == 0 ? Duration.ZERO : patience(prefer);
        var answer = door.ask(command, patience, response);
        return switch (answer.reply()) {
            case Reply.Granted(var grants) ->
                ok(new Granted(answer.index(), Wire.grants(grants), answer.remainingMillis()));
            case Reply.Waiting(var ticket, var position) ->
                ResponseEntity.accepted()
                        .location(URI.create("/api/v1/lock-sessions/%d/events".formatted(id)))
                        .body(new Queued(ticket, position));
            default -> throw door.refusal(answer.reply());
        };
    }

    private static Duration patience(@Nullable String prefer) {
        if (prefer == null) {
            return Duration.ZERO;
        }
        var wait = WAIT.matcher(prefer);
        return wait.find()
                ? Duration.ofSeconds(Math.min(LONGEST_WAIT_SECONDS, Long.parseLong(wait.group(1))))
                : Duration.ZERO;
    }

    @PostMapping("/{id}/release")
    @Operation(summary = "Gives back one hold of each name")
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Released.class)))
    ResponseEntity<byte[]> release(@PathVariable long id, @RequestBody Release release, HttpServletResponse response) {
        var reply = door.ask(Wire.release(id, release), response);
        if (reply instanceof Reply.Released(var holds)) {
            return ok(new Released(holds));
        }
        throw door.refusal(reply);
    }

    @PostMapping("/{id}/cancel")
    @Operation(
            summary = "Undoes an acquire",
            description = "Takes it out of its queues, gives back what it was granted, or forestalls it.")
    Cancelled cancel(@PathVariable long id, @RequestBody Cancel cancel, HttpServletResponse response) {
        var reply = door.ask(Wire.cancel(id, cancel), response);
        if (reply instanceof Reply.Cancelled(var undone)) {
            return new Cancelled(Wire.undone(undone));
        }
        throw door.refusal(reply);
    }
}
