package io.covenant.security;

/// What a token may be good for. A service's rules name these and no others; the issuer gives them to roles and
/// services.
public final class Scopes {

    /// What an authority made of a scope begins with.
    public static final String AUTHORITY = "SCOPE_";

    /// Place and cancel orders: one's own, if the token names a customer.
    public static final String ORDERS_WRITE = "orders:write";

    public static final String ORDERS_READ = "orders:read";
    public static final String CUSTOMERS_READ = "customers:read";
    public static final String CUSTOMERS_WRITE = "customers:write";
    public static final String STOCK_READ = "stock:read";
    public static final String STOCK_WRITE = "stock:write";

    public static final String TRANSACTIONS_READ = "transactions:read";

    /// Begin transactions, and ask for their outcome.
    public static final String TRANSACTIONS_RUN = "transactions:run";

    /// The operators' room of the coordinators.
    public static final String TRANSACTIONS_OPERATE = "transactions:operate";

    /// Ask a participant to work on branches, and to finish them.
    public static final String BRANCHES_DRIVE = "branches:drive";

    /// See what a participant holds.
    public static final String BRANCHES_READ = "branches:read";

    /// Sessions, locks and files.
    public static final String LOCKS_USE = "locks:use";

    public static final String LOCKS_READ = "locks:read";

    /// The operators' room of the lock service.
    public static final String LOCKS_OPERATE = "locks:operate";

    public static final String GATEWAY_READ = "gateway:read";
    public static final String GATEWAY_OPERATE = "gateway:operate";

    public static final String METRICS_READ = "metrics:read";

    private Scopes() {}
}
