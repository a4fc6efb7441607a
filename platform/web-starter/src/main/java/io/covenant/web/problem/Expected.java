package io.covenant.web.problem;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Says in the sender's words what a value should have been.
final class Expected {

    private Expected() {}

    /// The rule for values of this type, such as "must be a number".
    static String ruleFor(@Nullable Class<?> type) {
        if (type == null) {
            return "has the wrong form";
        } else if (type == int.class || type == Integer.class) {
            return "must be an integer between %d and %d".formatted(Integer.MIN_VALUE, Integer.MAX_VALUE);
        } else if (type == long.class || type == Long.class) {
            return "must be an integer between %d and %d".formatted(Long.MIN_VALUE, Long.MAX_VALUE);
        } else if (type == short.class || type == Short.class || type == byte.class || type == Byte.class) {
            return "must be a small integer";
        } else if (type == BigInteger.class) {
            return "must be an integer";
        } else if (type == BigDecimal.class || Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return type == boolean.class ? "must be true or false" : "must be a number of usual size";
        } else if (type == Boolean.class) {
            return "must be true or false";
        } else if (CharSequence.class.isAssignableFrom(type)) {
            return "must be a string";
        } else if (type == UUID.class) {
            return "must be a UUID";
        } else if (Temporal.class.isAssignableFrom(type)) {
            return "must be an ISO-8601 date or time";
        } else if (type == Duration.class) {
            return "must be an ISO-8601 duration such as PT5S";
        } else if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(Object::toString)
                    .collect(Collectors.joining(", ", "must be one of ", ""));
        } else if (type.isArray() || Collection.class.isAssignableFrom(type)) {
            return "must be an array";
        } else if (type.isRecord() || Map.class.isAssignableFrom(type)) {
            return "must be an object";
        } else {
            return "has the wrong form";
        }
    }

    /// The rule that a value's own constructor states when it refuses.
    static String ruleIn(@Nullable Throwable refusal) {
        return refusal instanceof IllegalArgumentException && refusal.getMessage() != null
                ? clip(refusal.getMessage(), 200)
                : "is not valid";
    }

    static String clip(String text, int most) {
        var printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= most ? printable : printable.substring(0, most) + "...";
    }
}
