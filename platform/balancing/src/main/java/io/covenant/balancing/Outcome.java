package io.covenant.balancing;

/// How a request ended, as far as its instance is concerned.
public enum Outcome {
    /// Any answer that is the caller's own fault or nobody's: 404 is as good as 200.
    SUCCESS,
    /// It failed by itself: 500 and its like.
    SERVER_ERROR,
    /// It, or what stands before it, says that it cannot: 502, 503, 504.
    GATEWAY_ERROR,
    /// It turned the request away: 429. Others should rather be asked, but nothing is broken.
    OVERLOADED,
    /// No connection, or the connection broke.
    UNREACHABLE,
    /// No answer in time.
    TIMED_OUT,
    /// The caller left before the end: says nothing about the instance.
    CANCELLED;

    public static Outcome ofStatus(int status) {
        return switch (status) {
            case 429 -> OVERLOADED;
            case 502, 503, 504 -> GATEWAY_ERROR;
            default -> status >= 500 ? SERVER_ERROR : SUCCESS;
        };
    }

    /// Whether the instance is to blame.
    public boolean isFailure() {
        return this == SERVER_ERROR || isGatewayFailure();
    }

    /// Whether it looks as if nobody were there.
    public boolean isGatewayFailure() {
        return this == GATEWAY_ERROR || this == UNREACHABLE || this == TIMED_OUT;
    }

    /// Whether a load-aware policy should go elsewhere for a while.
    boolean repels() {
        return isFailure() || this == OVERLOADED;
    }
}
