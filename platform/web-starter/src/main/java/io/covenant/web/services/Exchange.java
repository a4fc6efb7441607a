package io.covenant.web.services;

import java.util.Map;

/// What came of one request to one instance.
sealed interface Exchange {

    @SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
    record Done(int status, Map<String, String> headers, byte[] content) implements Exchange {}

    record NotSent(String reason) implements Exchange {}

    record Lost(String reason) implements Exchange {}
}
