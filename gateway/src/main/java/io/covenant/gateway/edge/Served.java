package io.covenant.gateway.edge;

/// Who served a request, and after how many tries: attributes of the exchange, for the log.
public final class Served {

    public static final String BY = Served.class.getName();

    public static final String TRIES = BY + ".tries";

    private Served() {}
}
