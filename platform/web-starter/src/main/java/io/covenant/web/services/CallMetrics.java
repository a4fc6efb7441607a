package io.covenant.web.services;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/// The figures of the calls to one service: `covenant.service.client.requests`, by what is known afterwards.
///
/// All timers are there from the start, so that a call only picks one, and a rate does not begin with a gap.
final class CallMetrics {

    private static final String[] STATUS_CLASSES = {"2xx", "3xx", "4xx", "5xx", "other"};

    private final Timer[] answered = new Timer[STATUS_CLASSES.length];
    private final Timer notSent;
    private final Timer unanswered;

    CallMetrics(MeterRegistry registry, String service) {
        for (int i = 0; i < answered.length; i++) {
            answered[i] = timer(registry, service, "answered", STATUS_CLASSES[i]);
        }
        notSent = timer(registry, service, "not-sent", "none");
        unanswered = timer(registry, service, "unanswered", "none");
    }

    private static Timer timer(MeterRegistry registry, String service, String outcome, String status) {
        return Timer.builder("covenant.service.client.requests")
                .description("Calls to other services, over all instances tried, by what is known afterwards")
                .tag("service", service)
                .tag("outcome", outcome)
                .tag("status", status)
                .register(registry);
    }

    void record(ServiceAnswer answer, long nanos) {
        timerOf(answer).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timerOf(ServiceAnswer answer) {
        return switch (answer) {
            case ServiceAnswer.Answered(var _, int status, var _, var _) -> answered[indexOf(status)];
            case ServiceAnswer.NotSent _ -> notSent;
            case ServiceAnswer.Unanswered _ -> unanswered;
        };
    }

    private static int indexOf(int status) {
        return status >= 200 && status < 600 ? status / 100 - 2 : STATUS_CLASSES.length - 1;
    }
}
