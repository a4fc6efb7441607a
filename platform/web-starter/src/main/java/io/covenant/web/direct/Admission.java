package io.covenant.web.direct;

import jakarta.servlet.http.HttpServletRequest;

/// Whoever guards the service's endpoints. Without one, nothing is answered directly.
@FunctionalInterface
public interface Admission {

    /// Whether the guard is sure, by what it remembers, that it would let this request in. If it is not, the request
    /// takes the way on which it is asked.
    boolean admits(HttpServletRequest request);
}
