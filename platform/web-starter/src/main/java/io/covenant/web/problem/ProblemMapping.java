package io.covenant.web.problem;

import java.util.Optional;

/// A service's own translation of an exception into a problem. Beans of this type are asked in order, after what
/// Spring itself throws and before `internal-error`.
@FunctionalInterface
public interface ProblemMapping {

    Optional<Problem> problemFor(Throwable failure);
}
