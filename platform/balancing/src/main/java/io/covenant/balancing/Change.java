package io.covenant.balancing;

import io.covenant.balancing.outlier.Reason;

/// Something that operators want to hear of.
public sealed interface Change {

    String service();

    record Ejected(String service, String instance, Reason reason, int times, long nanos) implements Change {}

    /// It gets a request, to see how it does.
    record OnTrial(String service, String instance) implements Change {}

    record Readmitted(String service, String instance) implements Change {}

    /// Nobody listens there.
    record Gone(String service, String instance) implements Change {}

    record Returned(String service, String instance) implements Change {}

    /// By active probes.
    record Down(String service, String instance) implements Change {}

    record Up(String service, String instance) implements Change {}

    /// Whether an instance is worse off than before.
    default boolean isTrouble() {
        return switch (this) {
            case Ejected _, Gone _, Down _ -> true;
            case OnTrial _, Readmitted _, Returned _, Up _ -> false;
        };
    }

    /// For a line in a log.
    default String text() {
        return switch (this) {
            case Ejected(var service, var instance, var reason, var times, var nanos) ->
                "%s of %s %s; it gets nothing for %d ms (ejection %d)"
                        .formatted(instance, service, reason.meaning(), nanos / 1_000_000, times);
            case OnTrial(var service, var instance) ->
                "%s of %s is tried with one request".formatted(instance, service);
            case Readmitted(var service, var instance) -> "%s of %s is back".formatted(instance, service);
            case Gone(var service, var instance) -> "%s of %s refuses connections".formatted(instance, service);
            case Returned(var service, var instance) -> "%s of %s listens again".formatted(instance, service);
            case Down(var service, var instance) -> "%s of %s is down".formatted(instance, service);
            case Up(var service, var instance) -> "%s of %s is up".formatted(instance, service);
        };
    }
}
