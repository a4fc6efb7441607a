package io.covenant.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallerTests {

    private final Caller alice = new Caller("alice", Optional.of("alice"), Set.of("SCOPE_orders:write"));
    private final Caller clerk = new Caller("clerk", Optional.empty(), Set.of("SCOPE_orders:write"));

    @Test
    void aShopperActsForItselfOnly() {
        assertThat(alice.mayActFor("alice")).isTrue();
        assertThat(alice.mayActFor("bob")).isFalse();
    }

    @Test
    void aClerkActsForEverybody() {
        assertThat(clerk.mayActFor("alice")).isTrue();
        assertThat(clerk.mayActFor("bob")).isTrue();
    }

    @Test
    void mayWhatItsScopesSay() {
        assertThat(clerk.may(Scopes.ORDERS_WRITE)).isTrue();
        assertThat(clerk.may(Scopes.STOCK_WRITE)).isFalse();
    }
}
