package io.covenant.web.problem;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/// Tells where a JSON body is wrong, in terms of the sender and without repeating what was sent.
final class JsonProblems {

    private JsonProblems() {}

    /// The problem behind a failure to read a body; `null` if the failure is ours.
    static @Nullable Problem problemFor(JacksonException failure) {
        var field = fieldOf(failure.getPath());
        return switch (failure) {
            case UnrecognizedPropertyException _ -> Problem.ofField("unknown-field", field, "is not known here");
            case InputCoercionException wrong ->
                Problem.ofField("wrong-type", field, Expected.ruleFor(wrong.getTargetType()));
            case ValueInstantiationException invalid ->
                Problem.ofField("invalid-value", field, Expected.ruleIn(invalid.getCause()));
            case MismatchedInputException empty when says(empty, "No content to map") -> bodyMissing();
            case MismatchedInputException trailing
            when says(trailing, "Trailing token") ->
                malformed("The body is not valid JSON: something follows its end%s.".formatted(placeOf(trailing)));
            case MismatchedInputException absent
            when isAbsent(absent) -> Problem.ofField("validation-failed", field, "must be present");
            case MismatchedInputException wrong ->
                Problem.ofField("wrong-type", field, Expected.ruleFor(wrong.getTargetType()));
            case StreamConstraintsException _ ->
                malformed("The body is not acceptable: it nests too deeply, or a name or number in it is too long.");
            case StreamReadException duplicate
            when says(duplicate, "Duplicate") ->
                malformed("The body is not acceptable: a field occurs twice%s.".formatted(placeOf(duplicate)));
            case StreamReadException syntax -> malformed("The body is not valid JSON%s.".formatted(placeOf(syntax)));
            default -> null;
        };
    }

    static Problem bodyMissing() {
        return Problem.of(HttpStatus.BAD_REQUEST, "body-missing", "The request must have a body.");
    }

    /// Some refusals have no type of their own.
    private static boolean says(JacksonException failure, String words) {
        return Objects.toString(failure.getOriginalMessage(), "").startsWith(words);
    }

    private static Problem malformed(String detail) {
        return Problem.of(HttpStatus.BAD_REQUEST, "malformed-json", detail);
    }

    private static boolean isAbsent(MismatchedInputException failure) {
        var target = failure.getTargetType();
        var token = failure.getCurrentToken();
        return target != null
                && target.isPrimitive()
                && (token == null || token.isStructEnd() || token == JsonToken.VALUE_NULL);
    }

    private static String placeOf(JacksonException failure) {
        var location = failure.getLocation();
        return location == null || location.getLineNr() < 1
                ? ""
                : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    }

    /// A path such as `lines[0].quantity`; `body` for the whole.
    static String fieldOf(List<JacksonException.Reference> path) {
        var field = new StringBuilder();
        for (var reference : path) {
            if (reference.getPropertyName() == null) {
                field.append('[').append(reference.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(reference.getPropertyName());
            }
        }
        return field.isEmpty() ? "body" : Expected.clip(field.toString(), 200);
    }
}
