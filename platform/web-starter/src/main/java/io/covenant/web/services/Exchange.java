package io.covenant.web.services;

import io.covenant.balancing.Outcome;
import java.util.Map;

/// What came of one request to one instance.
sealed interface Exchange {

    /// What it says about the instance.
    Outcome outcome();

    @SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
    record Done(int status, Map<String, String> headers, byte[] content) implements Exchange {

        @Override
        public Outcome outcome() {
            return Outcome.ofStatus(status);
        }
    }

    /// No byte left, for a reason on this side.
    record NotSent(String reason, Outcome outcome) implements Exchange {}

    /// No byte left, as no connection came about.
    record Unreachable(String reason) implements Exchange {

        @Override
        public Outcome outcome() {
            return Outcome.UNREACHABLE;
        }
    }

    record Lost(String reason, Outcome outcome) implements Exchange {}
}
