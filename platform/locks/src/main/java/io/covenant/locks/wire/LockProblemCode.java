package io.covenant.locks.wire;

/// The codes of problems that a client acts upon.
public final class LockProblemCode {

    /// 410: the session has ended, for whatever reason.
    public static final String SESSION_EXPIRED = "session-expired";
    /// 423: somebody else holds the lock or waits for it.
    public static final String BUSY = "busy";
    /// 423: the former holder lost the lock and may not know yet.
    public static final String DELAYED = "delayed";
    /// 423: the wait is over without a grant.
    public static final String TIMED_OUT = "timed-out";
    /// 409: the request was cancelled.
    public static final String CANCELLED = "cancelled";
    /// 409: waiting on would have been for ever.
    public static final String DEADLOCK = "deadlock";
    /// 409: the token is not that of the owner's hold.
    public static final String STALE_TOKEN = "stale-token";
    /// 409: the owner does not hold the name.
    public static final String NOT_HELD = "not-held";
    /// 412: the file has another generation.
    public static final String WRONG_GENERATION = "wrong-generation";
    /// 409: the client acknowledged this request.
    public static final String REQUEST_FORGOTTEN = "request-forgotten";
    /// 422: another request came under the same number.
    public static final String REQUEST_REUSED = "request-reused";
    /// 503: there is no primary at the moment.
    public static final String NO_LEADER = "no-leader";
    /// 503: the node has too much to do.
    public static final String OVERLOADED = "overloaded";
    /// 503: ask again with the same number.
    public static final String OUTCOME_UNKNOWN = "outcome-unknown";
    /// 403: the access list says no.
    public static final String FORBIDDEN = "forbidden";
    /// 404: no such file.
    public static final String NO_SUCH_FILE = "no-such-file";
    /// 404: no directory to put the file into.
    public static final String NO_SUCH_DIRECTORY = "no-such-directory";
    /// 409: there is such a file or directory.
    public static final String FILE_EXISTS = "file-exists";

    private LockProblemCode() {}
}
