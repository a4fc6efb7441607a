package io.covenant.locks.web;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.wire.LockAnswers;
import io.covenant.locks.wire.LockRequests;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import io.covenant.web.request.RequestId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// Many requests in one call, for clients that work in many threads: reading a call and writing its answer costs more
/// than what the log does for a request. For the same reason it reads and writes itself what Spring could bind.
@RestController
@RequestMapping("/api/v1/lock-requests")
@Tag(name = "Sessions")
final class RequestController {

    private final Door door;
    private final JsonMapper mapper;
    private final ObjectReader reader;

    RequestController(Door door, JsonMapper mapper) {
        this.door = door;
        this.mapper = mapper;
        reader = mapper.readerFor(LockRequests.class);
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Does many requests, each as if it had come alone", description = """
                    In their order, and each with the status and the body that it would have had. None is kept open:
                    what waits is answered 202, and the events of its session, or the same request again, tell the end.
                    """)
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = LockRequests.class)))
    @ApiResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = LockAnswers.class)))
    void perform(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var requests = read(request).requests();
        if (requests.isEmpty() || requests.size() > LockRequests.MOST) {
            throw Problem.ofField("validation-failed", "requests", "must be 1 to " + LockRequests.MOST)
                    .asException();
        }
        var commands = new ArrayList<Command>(requests.size());
        var refused = new ArrayList<@Nullable Problem>(requests.size());
        for (var one : requests) {
            try {
                commands.add(command(one));
                refused.add(null);
            } catch (ProblemException malformed) {
                refused.add(malformed.problem());
            }
        }
        var answers = commands.isEmpty() ? List.<Answer>of() : door.ask(commands, response);
        var content = written(refused, commands, answers);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(content.length);
        response.getOutputStream().write(content);
    }

    private LockRequests read(HttpServletRequest request) throws IOException {
        LockRequests asked;
        try {
            asked = reader.readValue(request.getInputStream());
        } catch (JacksonException unreadable) {
            throw new HttpMessageNotReadableException(
                    "these are no requests", unreadable, new ServletServerHttpRequest(request));
        }
        if (asked == null) {
            throw new HttpMessageNotReadableException("there is no body", new ServletServerHttpRequest(request));
        }
        return asked;
    }

    private static Command command(LockRequests.One request) {
        var acquire = request.acquire();
        var release = request.release();
        var cancel = request.cancel();
        if (acquire != null && release == null && cancel == null) {
            return Wire.acquire(request.session(), acquire);
        }
        if (acquire == null && release != null && cancel == null) {
            return Wire.release(request.session(), release);
        }
        if (acquire == null && release == null && cancel != null) {
            return Wire.cancel(request.session(), cancel);
        }
        throw Problem.ofField("validation-failed", "requests", "each is one of acquire, release and cancel")
                .asException();
    }

    /// @param refused of each request the problem for which nobody was asked, or null
    private byte[] written(List<@Nullable Problem> refused, List<Command> commands, List<Answer> answers) {
        var bytes = new ByteArrayOutputStream(64 + 192 * refused.size());
        int next = 0;
        try (var json = mapper.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("answers");
            for (var problem : refused) {
                if (problem != null) {
                    write(json, problem);
                } else {
                    write(json, commands.get(next), answers.get(next));
                    next++;
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private void write(JsonGenerator json, Command command, Answer answer) {
        switch (answer) {
            case Answer.Replied replied -> write(json, command, replied);
            case Answer.NotPrimary(var leader) -> write(json, door.notPrimary(leader));
            case Answer.Overloaded _ -> write(json, Door.tooMuchToDo());
            case Answer.Unknown _ -> write(json, Door.nobodyKnows());
            case Answer.Renewed _ -> throw new IllegalStateException("a command was answered as a keep-alive");
        }
    }

    private void write(JsonGenerator json, Command command, Answer.Replied replied) {
        switch (replied.reply()) {
            case Reply.Granted(var grants) -> {
                begin(json, 200, "granted");
                json.writeNumberProperty("index", replied.index());
                json.writeArrayPropertyStart("grants");
                grants.forEach(grant -> Wire.write(json, grant));
                json.writeEndArray();
                json.writeNumberProperty("remainingMillis", replied.remainingMillis());
            }
            case Reply.Waiting(var ticket, var position) -> {
                begin(json, 202, "queued");
                json.writeNumberProperty("ticket", ticket);
                json.writeNumberProperty("position", position);
            }
            case Reply.Released(var holds) -> {
                begin(json, 200, "released");
                json.writeArrayPropertyStart("holds");
                holds.forEach(json::writeNumber);
                json.writeEndArray();
            }
            case Reply.Cancelled(var undone)
            when command instanceof Command.Cancel -> {
                begin(json, 200, "cancelled");
                json.writeStringProperty("undone", Wire.undone(undone).name());
            }
            default -> {
                write(json, door.problem(replied.reply()));
                return;
            }
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void begin(JsonGenerator json, int status, String body) {
        json.writeStartObject();
        json.writeNumberProperty("status", status);
        json.writeObjectPropertyStart(body);
    }

    private static void write(JsonGenerator json, Problem problem) {
        json.writeStartObject();
        json.writeNumberProperty("status", problem.status().value());
        json.writePOJOProperty("problem", problem.toDetail(RequestId.current()));
        json.writeEndObject();
    }
}
