package io.covenant.consensus.register;

/// What an acceptor accepted.
public record Vote(Ballot ballot, Value value) {

    @Override
    public String toString() {
        return "%s at %s".formatted(value, ballot);
    }
}
