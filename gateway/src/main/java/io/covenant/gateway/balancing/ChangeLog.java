package io.covenant.gateway.balancing;

import io.covenant.balancing.Change;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Tells the log which instances go and come back, and why.
@Component
final class ChangeLog implements Consumer<Change> {

    private static final Logger log = LoggerFactory.getLogger(ChangeLog.class);

    @Override
    public void accept(Change change) {
        switch (change) {
            case Change.Ejected(var service, var instance, var reason, var times, var nanos) ->
                log.warn(
                        "{} of {} {}; it gets nothing for {} ms (ejection {})",
                        instance,
                        service,
                        reason.meaning(),
                        Duration.ofNanos(nanos).toMillis(),
                        times);
            case Change.OnTrial(var service, var instance) ->
                log.info("{} of {} is tried with one request", instance, service);
            case Change.Readmitted(var service, var instance) -> log.info("{} of {} is back", instance, service);
            case Change.Gone(var service, var instance) -> log.warn("{} of {} refuses connections", instance, service);
            case Change.Returned(var service, var instance) -> log.info("{} of {} listens again", instance, service);
            case Change.Down(var service, var instance) -> log.warn("{} of {} is down", instance, service);
            case Change.Up(var service, var instance) -> log.info("{} of {} is up", instance, service);
        }
    }
}
