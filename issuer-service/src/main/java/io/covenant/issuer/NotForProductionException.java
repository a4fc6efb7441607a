package io.covenant.issuer;

/// Somebody runs this issuer in production; ends the start-up.
final class NotForProductionException extends RuntimeException {

    NotForProductionException() {
        super("the development issuer was started with the profile 'production'");
    }
}
