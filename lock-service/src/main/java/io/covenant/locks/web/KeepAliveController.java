package io.covenant.locks.web;

import io.covenant.locks.node.LockNode;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.wire.KeepAlives;
import io.covenant.locks.wire.KeptAlives;
import io.covenant.web.problem.Problem;
import io.covenant.web.request.RequestId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// The keep-alives of many sessions in one call, for processes that have many: they share the call and the
/// confirmation.
@RestController
@RequestMapping("/api/v1/lock-keep-alives")
@Tag(name = "Sessions")
final class KeepAliveController {

    private final Door door;
    private final JsonMapper mapper;

    KeepAliveController(Door door, JsonMapper mapper) {
        this.door = door;
        this.mapper = mapper;
    }

    @PostMapping
    @Operation(
            summary = "Renews the leases of many sessions",
            description = "Each has the status and the body that it would have had alone.")
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = KeptAlives.class)))
    ResponseEntity<byte[]> renew(@RequestBody KeepAlives asked) {
        var keepAlives = asked.keepAlives();
        if (keepAlives.isEmpty() || keepAlives.size() > KeepAlives.MOST) {
            throw Problem.ofField("validation-failed", "keepAlives", "must be 1 to " + KeepAlives.MOST)
                    .asException();
        }
        var answers = door.renew(keepAlives.stream()
                .map(one -> new LockNode.Renewal(one.session(), one.ackUpTo()))
                .toList());
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(written(keepAlives, answers));
    }

    private byte[] written(List<KeepAlives.One> keepAlives, List<Answer> answers) {
        var bytes = new ByteArrayOutputStream(32 + 64 * answers.size());
        try (var json = mapper.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("answers");
            for (int i = 0; i < answers.size(); i++) {
                write(json, keepAlives.get(i), answers.get(i));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private void write(JsonGenerator json, KeepAlives.One keepAlive, Answer answer) {
        switch (answer) {
            case Answer.Renewed(var remaining) -> {
                json.writeStartObject();
                json.writeNumberProperty("status", 200);
                json.writeObjectPropertyStart("kept");
                json.writeNumberProperty("remainingMillis", remaining);
                json.writeNumberProperty("seq", keepAlive.seq());
                json.writeEndObject();
                json.writeEndObject();
            }
            case Answer.Replied _ -> write(json, Refusals.sessionExpired(keepAlive.session()));
            case Answer.NotPrimary(var leader) -> write(json, door.notPrimary(leader));
            case Answer.Overloaded _ -> write(json, Door.tooMuchToDo());
            case Answer.Unknown _ -> write(json, Door.nobodyKnows());
        }
    }

    private static void write(JsonGenerator json, Problem problem) {
        json.writeStartObject();
        json.writeNumberProperty("status", problem.status().value());
        json.writePOJOProperty("problem", problem.toDetail(RequestId.current()));
        json.writeEndObject();
    }
}
