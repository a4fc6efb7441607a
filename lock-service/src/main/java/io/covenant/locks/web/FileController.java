package io.covenant.locks.web;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.FileNode;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.RefusalCode;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.wire.AclBody;
import io.covenant.locks.wire.FilePage;
import io.covenant.locks.wire.FileWritten;
import io.covenant.locks.wire.LockHeaders;
import io.covenant.locks.wire.MakeDirectory;
import io.covenant.web.problem.Problem;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1")
@Tag(name = "Files")
final class FileController {

    private static final String INSTANCE = "X-Lock-Instance";

    private final Door door;

    FileController(Door door) {
        this.door = door;
    }

    @GetMapping("/files/{*path}")
    @Operation(summary = "Reads a file, or with `list=true` what lies in a directory")
    ResponseEntity<?> read(
            @PathVariable String path,
            @RequestParam(defaultValue = "false") boolean list,
            @RequestParam(defaultValue = "false") boolean stale,
            @RequestHeader(name = LockHeaders.MIN_INDEX, required = false) @Nullable Long minIndex,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String known,
            HttpServletRequest request,
            HttpServletResponse response) {
        var principal = Door.principal(request);
        if (list) {
            return ResponseEntity.ok(
                    door.read(stale, minIndex, response, namespace -> page(namespace, path, principal)));
        }
        var file = door.read(stale, minIndex, response, namespace -> readable(namespace, path, principal));
        if (file.directory()) {
            throw Refusals.refused(RefusalCode.IS_A_DIRECTORY, path, 0).asException();
        }
        var tag = tag(file.contentGeneration());
        var answer = known != null && known.equals(tag)
                ? ResponseEntity.status(HttpStatus.NOT_MODIFIED)
                : ResponseEntity.ok().contentType(MediaType.APPLICATION_OCTET_STREAM);
        answer.eTag(tag).header(INSTANCE, Long.toString(file.instance()));
        return known != null && known.equals(tag)
                ? answer.build()
                : answer.body(file.content().toBytes());
    }

    private static FileNode readable(Namespace namespace, String path, String principal) {
        var file = namespace
                .file(path)
                .orElseThrow(() -> Refusals.refused(RefusalCode.NO_SUCH_FILE, shown(path), 0)
                        .asException());
        if (!file.acl().mayRead(principal)) {
            throw Refusals.refused(RefusalCode.FORBIDDEN, path, 0).asException();
        }
        return file;
    }

    private static String shown(String path) {
        return path.length() > 255 ? path.substring(0, 32) + "..." : path;
    }

    private static FilePage page(Namespace namespace, String path, String principal) {
        var directory = readable(namespace, path, principal);
        if (!directory.directory()) {
            throw Refusals.refused(RefusalCode.NOT_A_DIRECTORY, path, 0).asException();
        }
        var files = new ArrayList<io.covenant.locks.wire.FileView>();
        for (var child : namespace.children(path)) {
            namespace.file(child).ifPresent(file -> files.add(Wire.file(file)));
        }
        return new FilePage(path, files);
    }

    @PutMapping("/files/{*path}")
    @Operation(summary = "Writes a file whole", description = """
                    A write belongs to a session: `X-Lock-Session`, `X-Lock-Seq` and `X-Lock-Ack-Up-To`, or the
                    parameters `session`, `seq`, `ackUpTo`. `If-Match` with a generation compares and sets,
                    `If-None-Match: *` creates. With `ephemeral=true` the file ends with the session.
                    """)
    ResponseEntity<FileWritten> write(
            @PathVariable String path,
            @RequestParam(defaultValue = "false") boolean ephemeral,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String match,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String noneMatch,
            @RequestBody(required = false) byte @Nullable [] body,
            HttpServletRequest request,
            HttpServletResponse response) {
        return written(door.ask(
                new Command.PutFile(
                        origin(request),
                        Wire.name(path, "path"),
                        Wire.content(body == null ? new byte[0] : body, path),
                        expected(match, noneMatch),
                        ephemeral),
                response));
    }

    private ResponseEntity<FileWritten> written(Reply reply) {
        if (reply instanceof Reply.FileWritten(var instance, var generation)) {
            return ResponseEntity.ok().eTag(tag(generation)).body(new FileWritten(instance, generation));
        }
        throw door.refusal(reply);
    }

    @DeleteMapping("/files/{*path}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Removes a file, or a directory in which nothing lies")
    void delete(
            @PathVariable String path,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String match,
            HttpServletRequest request,
            HttpServletResponse response) {
        var reply = door.ask(
                new Command.DeleteFile(origin(request), Wire.name(path, "path"), expected(match, null)), response);
        if (!(reply instanceof Reply.Done)) {
            throw door.refusal(reply);
        }
    }

    @PutMapping("/acls/{*path}")
    @Operation(summary = "Writes the access list of a file or directory")
    ResponseEntity<FileWritten> protect(
            @PathVariable String path,
            @RequestBody AclBody body,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String match,
            HttpServletRequest request,
            HttpServletResponse response) {
        return written(door.ask(
                new Command.SetAcl(origin(request), Wire.name(path, "path"), Wire.acl(body), expected(match, null)),
                response));
    }

    @GetMapping("/acls/{*path}")
    @Operation(summary = "Shows the access list of a file or directory")
    ResponseEntity<AclBody> access(
            @PathVariable String path,
            @RequestParam(defaultValue = "false") boolean stale,
            HttpServletRequest request,
            HttpServletResponse response) {
        var principal = Door.principal(request);
        var file = door.read(stale, null, response, namespace -> readable(namespace, path, principal));
        var acl = file.acl();
        return ResponseEntity.ok()
                .eTag(tag(file.aclGeneration()))
                .body(new AclBody(acl.readers(), acl.writers(), acl.changers()));
    }

    @PostMapping("/directories")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "Makes a directory")
    FileWritten makeDirectory(@RequestBody MakeDirectory make, HttpServletResponse response) {
        var reply = door.ask(
                new Command.MakeDirectory(
                        new Command.Origin(make.session(), make.seq(), make.ackUpTo()), Wire.name(make.path(), "path")),
                response);
        if (reply instanceof Reply.FileWritten(var instance, var generation)) {
            return new FileWritten(instance, generation);
        }
        throw door.refusal(reply);
    }

    private static Command.Origin origin(HttpServletRequest request) {
        return new Command.Origin(
                number(request, LockHeaders.SESSION, "session", true),
                number(request, LockHeaders.SEQ, "seq", true),
                number(request, LockHeaders.ACK_UP_TO, "ackUpTo", false));
    }

    private static long number(HttpServletRequest request, String header, String parameter, boolean required) {
        var text = request.getHeader(header);
        var given = text == null ? request.getParameter(parameter) : text;
        if (given == null && !required) {
            return 0;
        }
        try {
            return Long.parseLong(given == null ? "" : given.strip());
        } catch (NumberFormatException unreadable) {
            throw Problem.ofField("validation-failed", header, "must be given as a number: writes belong to a session")
                    .asException();
        }
    }

    private static long expected(@Nullable String match, @Nullable String noneMatch) {
        if ("*".equals(noneMatch)) {
            return Command.ABSENT;
        }
        if (match == null || match.equals("*")) {
            return Command.ANY;
        }
        try {
            return Math.max(1, Long.parseLong(match.strip().replace("\"", "")));
        } catch (NumberFormatException unreadable) {
            throw Problem.ofField("validation-failed", HttpHeaders.IF_MATCH, "must be a generation, as in an ETag")
                    .asException();
        }
    }

    private static String tag(long generation) {
        return "\"" + generation + '"';
    }
}
