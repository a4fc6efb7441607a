package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.RunRequest;
import io.covenant.web.services.ServiceAnswer;
import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs transactions by asking a coordinator over HTTP: any one, and the next when it does not answer.
///
/// Asking again is harmless, because the id makes all requests one. So a request without a final answer is sent again
/// until the deadline, which lets another coordinator run what the first could not; after the deadline only the outcome
/// is asked for, which by then is decided by asking.
final class HttpTransactions implements Transactions {

    private static final Logger LOG = LoggerFactory.getLogger(HttpTransactions.class);
    private static final String PATH = "/api/v1/transactions";

    /// How long a coordinator may take beyond the deadline to tell what it has decided.
    private static final Duration GRACE = Duration.ofMillis(250);

    private static final Duration INQUIRY = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private final ServiceClient services;
    private final InitiatorProperties properties;

    HttpTransactions(ServiceClient services, InitiatorProperties properties) {
        this.services = services;
        this.properties = properties;
    }

    @Override
    public Outcome run(TransactionDraft draft) {
        long began = System.nanoTime();
        // Not declared repeatable, although it is: this loop has to know of every request that got no answer.
        var request = ServiceRequest.post(PATH, body(draft));
        var pause = SHORTEST_PAUSE;
        boolean mayHaveBegun = false;
        for (var left = draft.deadline(); left.isPositive(); left = left(began, draft.deadline())) {
            switch (submit(draft.id(), request.within(left.plus(GRACE)))) {
                case Reading.Known(var outcome) -> {
                    return outcome;
                }
                case Reading.NotBegun(var reason) -> {
                    if (!mayHaveBegun) {
                        throw new CoordinatorUnavailableException(draft.id(), reason);
                    }
                }
                case Reading.Open(var reason) -> {
                    mayHaveBegun = true;
                    LOG.info("{}: no outcome yet: {}", draft.id(), reason);
                }
            }
            pause = pauseAndGrow(pause);
        }
        return resolve(draft, began, draft.deadline().plus(properties.margin()));
    }

    private Reading submit(TransactionId id, ServiceRequest request) {
        return switch (services.call(properties.coordinator(), request)) {
            case Answered answered -> Reading.ofRun(id, answered);
            case ServiceAnswer.NotSent notSent -> new Reading.NotBegun(notSent.reason());
            case ServiceAnswer.Unanswered unanswered -> new Reading.Open(unanswered.reason());
        };
    }

    /// After the deadline: whoever is asked now decides, if nobody has.
    private Outcome resolve(TransactionDraft draft, long began, Duration patience) {
        var pause = SHORTEST_PAUSE;
        while (true) {
            var outcome = outcomeOf(draft.id(), draft.protocol());
            if (!(outcome instanceof Outcome.InDoubt) || !left(began, patience).isPositive()) {
                return outcome;
            }
            pause = pauseAndGrow(pause);
        }
    }

    @Override
    public Outcome outcomeOf(TransactionId id, @Nullable CommitProtocol protocol) {
        var inquiry = PATH + "/" + id + "/outcome" + (protocol == null ? "" : "?protocol=" + protocol.name());
        return ask(id, PATH + "/" + id)
                .flatMap(answered -> Reading.ofResource(id, answered))
                .or(() -> ask(id, inquiry).flatMap(answered -> Reading.ofInquiry(id, answered)))
                .orElseGet(() -> new Outcome.InDoubt(id));
    }

    private Optional<Answered> ask(TransactionId id, String path) {
        return switch (services.call(
                properties.coordinator(), ServiceRequest.get(path).within(INQUIRY))) {
            case Answered answered -> Optional.of(answered);
            case ServiceAnswer.NotSent notSent -> {
                LOG.debug("{}: {}", id, notSent.reason());
                yield Optional.empty();
            }
            case ServiceAnswer.Unanswered unanswered -> {
                LOG.debug("{}: {}", id, unanswered.reason());
                yield Optional.empty();
            }
        };
    }

    private static RunRequest<Object> body(TransactionDraft draft) {
        return new RunRequest<>(
                draft.id().value(),
                draft.name(),
                draft.protocol().name(),
                draft.deadline().toMillis(),
                draft.sequential() ? true : null,
                draft.branches(),
                draft.forward() ? "FORWARD" : null);
    }

    private static Duration left(long began, Duration of) {
        return of.minusNanos(System.nanoTime() - began);
    }

    /// @return the pause to make next time
    private static Duration pauseAndGrow(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var next = pause.multipliedBy(2);
        return next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
    }
}
