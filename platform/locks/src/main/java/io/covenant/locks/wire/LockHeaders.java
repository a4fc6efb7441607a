package io.covenant.locks.wire;

/// Names of the headers of the lock service.
public final class LockHeaders {

    /// Of every answer: the log index that the answering node has applied.
    public static final String INDEX = "X-Lock-Index";
    /// Of every answer: the term that the answering node is in.
    public static final String TERM = "X-Lock-Term";
    /// Of every answer: the epoch of the tokens.
    public static final String EPOCH = "X-Lock-Epoch";
    /// Of a 307: the base URI of the primary's API.
    public static final String LEADER = "X-Lock-Leader";
    /// Of a read: do not answer from before this index.
    public static final String MIN_INDEX = "X-Min-Index";
    /// Of a write to a file that is not in a JSON body.
    public static final String SESSION = "X-Lock-Session";
    /// Of a write to a file that is not in a JSON body.
    public static final String SEQ = "X-Lock-Seq";
    /// Of a write to a file that is not in a JSON body.
    public static final String ACK_UP_TO = "X-Lock-Ack-Up-To";
    /// Of an operator's request: who it is.
    public static final String OPERATOR = "X-Operator";
    /// Between services: the token under which the sender works.
    public static final String FENCING_TOKEN = "X-Fencing-Token";

    private LockHeaders() {}
}
