package io.covenant.security.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.security.SecurityProperties;
import io.covenant.testing.TestIssuer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceTokenTests {

    private final TestIssuer issuer = new TestIssuer();
    private final Queue<Runnable> background = new ArrayDeque<>();
    private Instant now = Instant.now();
    private final ServiceToken token = new ServiceToken(
            new Issuer(issuer.uri()),
            new SecurityProperties.Client("orders", "secret", Set.of()),
            () -> now,
            background::add);

    @AfterEach
    void close() {
        issuer.close();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void asksOnceAndShowsTheSame() {
        var first = token.authorization();

        assertThat(first).startsWith("Bearer ey");
        assertThat(token.authorization()).isEqualTo(first);
        assertThat(issuer.tokensGiven()).isOne();
    }

    @Test
    void renewsFromTheMiddleOnWithoutLettingAnybodyWait() {
        issuer.giveFor(Duration.ofMinutes(10));
        var first = token.authorization();
        pass(Duration.ofMinutes(5));

        assertThat(token.authorization()).isEqualTo(first);
        assertThat(token.authorization()).isEqualTo(first);
        assertThat(background).hasSize(1);
        background.remove().run();

        assertThat(token.authorization()).isNotEqualTo(first);
        assertThat(issuer.tokensGiven()).isEqualTo(2);
    }

    @Test
    void isGoodWhileTheIssuerIsAway() {
        issuer.giveFor(Duration.ofMinutes(10));
        var first = token.authorization();
        issuer.close();
        pass(Duration.ofMinutes(8));

        assertThat(token.authorization()).isEqualTo(first);
        background.remove().run();
        assertThat(token.authorization()).isEqualTo(first);
        assertThat(background).as("it leaves the issuer alone for a while").isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(token.authorization()).isEqualTo(first);
        assertThat(background).hasSize(1);
    }

    @Test
    void isNotShownWhenItIsOver() {
        issuer.giveFor(Duration.ofMinutes(10));
        var _ = token.authorization();
        issuer.close();
        pass(Duration.ofMinutes(10));

        assertThatThrownBy(token::authorization)
                .isInstanceOf(IssuerUnreachableException.class)
                .hasMessageContaining(issuer.uri().toString());
    }

    @Test
    void manyAtOnceAskOnce() throws Exception {
        Callable<String> asking = token::authorization;
        var seen = new HashSet<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(java.util.Collections.nCopies(50, asking))) {
                seen.add(answer.get());
            }
        }

        assertThat(seen).hasSize(1);
        assertThat(issuer.tokensGiven()).isOne();
    }

    @Test
    void keepsItsSecretToItself() {
        assertThat(new SecurityProperties.Client("orders", "hush", Set.of()).toString())
                .doesNotContain("hush");
    }
}
