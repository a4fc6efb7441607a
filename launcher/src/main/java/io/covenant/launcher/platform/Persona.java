package io.covenant.launcher.platform;

import java.util.Locale;

/// As whom a person or a program comes to the platform: the accounts that are no service's.
public enum Persona {

    /// Sees the stock, places, sees and cancels the orders of one customer.
    SHOPPER,

    /// Does so for all customers, and keeps customers and stock.
    CLERK,

    /// Looks after transactions, locks and the gateway.
    OPERATOR;

    /// The name of its account with the issuer.
    public String account() {
        return name().toLowerCase(Locale.ROOT);
    }
}
