package io.covenant.transactions.participant;

import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import io.covenant.web.problem.Violation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/// Which operations a service has in which mode, to say what is wrong with a request for one that it has not.
public final class OperationNames {

    /// How a branch comes to its decision.
    public enum Mode {
        PREPARE("two-phase, three-phase and Paxos commit", "@BranchOperation"),
        RESERVE("try, confirm, cancel", "@Try, @Confirm and @Cancel"),
        STEP("sagas", "@SagaStep"),
        COMPENSATION("the compensations of sagas", "@Compensation");

        private final String protocols;
        private final String declaration;

        Mode(String protocols, String declaration) {
            this.protocols = protocols;
            this.declaration = declaration;
        }
    }

    private final Map<Mode, Set<String>> names = new ConcurrentHashMap<>();

    public void declare(Mode mode, Set<String> operations) {
        names.put(mode, Set.copyOf(operations));
    }

    Set<String> of(Mode mode) {
        return new TreeSet<>(names.getOrDefault(mode, Set.of()));
    }

    /// A 400: a definite refusal, because nothing has begun.
    public ProblemException missing(@Nullable String operation, Mode mode) {
        var others = names.entrySet().stream()
                .filter(entry -> operation != null && entry.getValue().contains(operation))
                .map(entry -> entry.getKey().protocols)
                .sorted()
                .collect(Collectors.joining(", "));
        return others.isEmpty() ? unknown(mode) : unsupported(String.valueOf(operation), mode, others);
    }

    private ProblemException unknown(Mode mode) {
        var rule = "must be one of %s".formatted(of(mode));
        return Problem.of(HttpStatus.BAD_REQUEST, "unknown-operation", "operation: " + rule)
                .violating(List.of(new Violation("operation", rule)))
                .asException();
    }

    private static ProblemException unsupported(String operation, Mode mode, String others) {
        var rule = "'%s' does not run under %s here, but under %s; a method with %s would make it"
                .formatted(operation, mode.protocols, others, mode.declaration);
        return Problem.of(HttpStatus.BAD_REQUEST, "unsupported-protocol", "operation: " + rule)
                .with("operation", operation)
                .with("mode", mode.name())
                .violating(List.of(new Violation("operation", rule)))
                .asException();
    }
}
