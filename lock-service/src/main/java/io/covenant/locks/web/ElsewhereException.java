package io.covenant.locks.web;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Another node is to be asked, or nobody leads.
final class ElsewhereException extends RuntimeException {

    private final transient @Nullable URI leader;

    ElsewhereException(@Nullable URI leader) {
        super("another node is to be asked", null, false, false);
        this.leader = leader;
    }

    @Nullable
    URI leader() {
        return leader;
    }
}
