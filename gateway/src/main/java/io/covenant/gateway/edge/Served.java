package io.covenant.gateway.edge;

/// Who served a request: an attribute of the exchange, for the log.
public final class Served {

    public static final String BY = Served.class.getName();

    private Served() {}
}
