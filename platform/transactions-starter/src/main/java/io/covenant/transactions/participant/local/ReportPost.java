package io.covenant.transactions.participant.local;

import io.covenant.transactions.participant.InParallel;
import io.covenant.transactions.wire.StepReport;
import io.covenant.web.services.ServiceAnswer;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells coordinators that steps are over, until one has heard it.
///
/// It saves time, no more: whoever drives the saga asks the step again anyway.
final class ReportPost {

    private static final Logger LOG = LoggerFactory.getLogger(ReportPost.class);
    private static final String PATH = "/internal/v1/steps/reports";
    private static final int AT_ONCE = 50;
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(5);
    private static final Set<Integer> NOT_NOW = Set.of(408, 425, 429);

    private final ReportBox box;
    private final ServiceClient services;
    private final String coordinator;
    private final Duration timeout;
    private final InParallel parallel;
    private final LocalMetrics metrics;

    ReportPost(
            ReportBox box,
            ServiceClient services,
            String coordinator,
            Duration timeout,
            InParallel parallel,
            LocalMetrics metrics) {
        this.box = box;
        this.services = services;
        this.coordinator = coordinator;
        this.timeout = timeout;
        this.parallel = parallel;
        this.metrics = metrics;
    }

    /// Posts what is due.
    void post() {
        if (services.knows(coordinator)) {
            parallel.map(box.take(AT_ONCE, AGAIN_AFTER.plus(timeout)), this::post);
        }
        metrics.reportsWaiting(box.waiting());
    }

    private boolean post(StepReport report) {
        var request = ServiceRequest.post(PATH, report).within(timeout).asRepeatable();
        boolean told = switch (services.call(coordinator, request)) {
            case ServiceAnswer.Answered answered -> isHeard(report, answered.status());
            case ServiceAnswer.NotSent _, ServiceAnswer.Unanswered _ -> false;
        };
        if (told) {
            box.told(report.gid());
        }
        return told;
    }

    /// A coordinator that knows of no such step has heard it as well as one that does.
    private static boolean isHeard(StepReport report, int status) {
        boolean heard = status < 500 && !NOT_NOW.contains(status);
        if (!heard || status >= 400) {
            LOG.info("report of {}: a coordinator answers {}", report.gid(), status);
        }
        return heard;
    }
}
