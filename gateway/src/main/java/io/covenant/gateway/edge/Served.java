package io.covenant.gateway.edge;

/// Who served a request, after how many tries and how fast: attributes of the exchange, for the log.
public final class Served {

    public static final String BY = Served.class.getName();

    public static final String TRIES = BY + ".tries";

    /// From the last try to the head of its answer.
    public static final String HEAD_NANOS = BY + ".head";

    private Served() {}
}
